/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "store/reader.h"
#include "store/record.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/closed_day.h"
#include "web/listeners.h"
#include "web/live.h"
#include "web/ready.h"
#include "web/record_package.h"
#include "web/request.h"
#include "web/web_site.h"

#define NICE 5 /* of its thread */

/* From the conference loop to the web thread. */
struct mail {
	struct list node;
	struct web_site *site; /* owned, or NULL */
	bool is_renewal;       /* the certificate may be another */
	struct record *record; /* owned, or NULL */
	char *room, *nick, *caption; /* owned; or NULL: none */
};

struct web {
	struct web_settings settings; /* read only */
	/* shared */
	pthread_t thread;
	pthread_mutex_t lock;
	struct list mails; /* under lock */
	bool is_ending;    /* under lock */
	int wake;          /* eventfd: something was posted */
	/* the web thread's, from its start to its end */
	struct web_desk desk;
	struct web_site *site;       /* owned; desk.site */
	struct listeners *listeners; /* owned */
	struct ready *ready;         /* owned */
};

void web_settings_init(struct web_settings *s)
{
	*s = (struct web_settings){
		.max_clients = 2000,
		.max_per_address = 100,
		.max_live = 1500,
		.ring = 1024,
		.search_rate = 30,
		.page_lines = 50,
		.day_lines = 50000,
		.cache_size = 256 << 20,
	};
}

static bool on_request(void *owner, struct MHD_Connection *connection,
		       const char *url, const char *method)
{
	struct web *w = owner;

	return request_answer(&w->desk, w->ready, connection, url, method);
}

/* ---- the thread ---- */

static void take_mail(struct web *w, struct mail *owned)
{
	if (owned->is_renewal)
		listeners_renew(w->listeners);
	if (owned->site) {
		web_site_free(&w->site);
		w->site = owned->site;
		w->desk.site = w->site;
		if (w->desk.live)
			live_show(w->desk.live, w->site);
		ready_forget(w->ready);
	}
	if (owned->record && w->desk.live) {
		closed_days_heed(w->desk.days, owned->record);
		record_package_heed(&w->desk, owned->record);
		live_add(w->desk.live, owned->record);
	}
	if (owned->caption && w->desk.live)
		live_caption(w->desk.live, owned->room, owned->nick,
			     owned->caption);
	mem_free(&owned->room);
	mem_free(&owned->nick);
	mem_free(&owned->caption);
	record_free(&owned->record);
	mem_free(&owned);
}

/* False: the end was asked for. */
static bool take_mails(struct web *w)
{
	struct list mails;
	struct mail *mail, *tmp;
	eventfd_t count;
	bool is_ending;

	list_init(&mails);
	(void)eventfd_read(w->wake, &count);
	pthread_mutex_lock(&w->lock);
	list_move_all(&mails, &w->mails);
	is_ending = w->is_ending;
	pthread_mutex_unlock(&w->lock);
	list_each_safe(mail, tmp, &mails, node) {
		list_remove(&mail->node);
		take_mail(w, mail);
	}
	return !is_ending;
}

static void *run(void *owner)
{
	struct web *w = owner;
	sigset_t pipe_signal;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
	/* Rooms come before pages where processors are scarce; on Linux that
	 * is this thread alone. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	while (take_mails(w)) {
		listeners_run(w->listeners);
		listeners_close_old(w->listeners);
		listeners_wait(w->listeners, w->wake,
			       live_tick(w->desk.live, clock_mono()));
	}
	live_end(w->desk.live);
	listeners_run(w->listeners);
	return NULL;
}

static void post(struct web *w, struct mail *owned)
{
	pthread_mutex_lock(&w->lock);
	list_add_tail(&w->mails, &owned->node);
	pthread_mutex_unlock(&w->lock);
	(void)eventfd_write(w->wake, 1);
}

/* ---- start and end ---- */

static int start_thread(struct web *w)
{
	int error = pthread_create(&w->thread, NULL, run, w);

	return error ? hw_error_of_errno(error) : 0;
}

static void free_web(struct web *w)
{
	struct mail *mail, *tmp;

	listeners_close(&w->listeners);
	list_each_safe(mail, tmp, &w->mails, node) {
		list_remove(&mail->node);
		mail->is_renewal = false;
		take_mail(w, mail);
	}
	web_site_free(&w->site);
	live_free(&w->desk.live);
	closed_days_close(&w->desk.days);
	ready_free(&w->ready);
	reader_close(&w->desk.reader);
	quota_free(&w->desk.searches);
	if (w->wake >= 0)
		close(w->wake);
	pthread_mutex_destroy(&w->lock);
	mem_free(&w);
}

static struct web *make_web(const struct web_settings *settings)
{
	struct web *w = mem_new(struct web);
	double rate = settings->search_rate / 60.0;

	w->settings = *settings;
	pthread_mutex_init(&w->lock, NULL);
	list_init(&w->mails);
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->site = web_site_new();
	w->ready = ready_new();
	w->desk = (struct web_desk){
		.settings = &w->settings,
		.site = w->site,
		.searches = quota_new(rate, settings->search_rate),
	};
	return w;
}

int web_open(const struct web_settings *settings, struct web **web_out)
{
	struct web *w;
	int error;

	require(settings->domain_count > 0);
	asset_start();
	w = make_web(settings);
	error = w->wake < 0 ? HW_E_SYSTEM : 0;
	if (!error)
		error = reader_open(settings->database, &w->desk.reader);
	if (!error)
		w->desk.live = live_new(&w->settings, w->desk.reader);
	if (!error)
		w->desk.days = closed_days_open(&w->settings, w->desk.reader);
	if (!error)
		record_package_sweep(&w->desk);
	if (!error)
		error = listeners_open(&w->settings, on_request, w,
				       &w->listeners);
	if (!error)
		error = start_thread(w);
	if (error) {
		free_web(w);
		return error;
	}
	*web_out = w;
	return 0;
}

void web_close(struct web **w)
{
	if (!*w)
		return;
	pthread_mutex_lock(&(*w)->lock);
	(*w)->is_ending = true;
	pthread_mutex_unlock(&(*w)->lock);
	(void)eventfd_write((*w)->wake, 1);
	pthread_join((*w)->thread, NULL);
	free_web(*w);
	*w = NULL;
}

void web_renew(struct web *w)
{
	struct mail *mail = mem_new(struct mail);

	mail->is_renewal = true;
	post(w, mail);
}

uint16_t web_port(const struct web *w, size_t which)
{
	return listeners_port(w->listeners, which);
}

void web_committed(struct web *w, struct record *owned)
{
	struct mail *mail = mem_new(struct mail);

	mail->record = owned;
	post(w, mail);
}

void web_caption(struct web *w, const char *room, const char *nick,
		 const char *text)
{
	struct mail *mail = mem_new(struct mail);

	mail->room = str_dup(room);
	mail->nick = str_dup(nick);
	mail->caption = str_dup(text);
	post(w, mail);
}

static int compare_rooms(const void *a, const void *b)
{
	return strcmp(((const struct web_room *)a)->jid,
		      ((const struct web_room *)b)->jid);
}

void web_show(struct web *w, struct web_site *owned)
{
	struct mail *mail = mem_new(struct mail);

	/* web_site_find() halves */
	if (owned->room_count > 0)
		qsort(owned->rooms, owned->room_count, sizeof(*owned->rooms),
		      compare_rooms);
	mail->site = owned;
	post(w, mail);
}
