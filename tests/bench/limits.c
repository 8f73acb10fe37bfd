/* SPDX-License-Identifier: MIT */
/*
 * limits: what this machine takes for the parts of which a delivery cannot be
 * less - copying a stanza, encrypting it in 16 KiB records, giving it to a
 * loopback connection - as CPU time for each stanza of 404 bytes, the size of
 * those that load's fan-out makes.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define STANZA 404
#define RECORD 16384
#define ROUNDS 20000 /* records */

static unsigned char plain[RECORD], cipher[RECORD + 64];

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void print(const char *what, double us)
{
	printf("%-40s %.3f us a stanza\n", what,
	       us * STANZA / RECORD / ROUNDS);
}

/* In the three pieces that a stanza is written in. */
static void copy_stanzas(void)
{
	static unsigned char from[STANZA];
	double start = cpu();

	for (int i = 0; i < ROUNDS; i++) {
		for (size_t at = 0; at + STANZA <= RECORD; at += STANZA) {
			memcpy(plain + at, from, 120);
			memcpy(plain + at + 120, from + 120, 24);
			memcpy(plain + at + 144, from + 144, STANZA - 144);
		}
		__asm__ volatile("" : : "r"(plain) : "memory");
	}
	print("copying", cpu() - start);
}

static void encrypt(const char *name, gnutls_cipher_algorithm_t algorithm,
		    size_t key_len)
{
	unsigned char key_bytes[32] = { 1 }, nonce[12] = { 2 };
	gnutls_datum_t key = { key_bytes, (unsigned)key_len };
	gnutls_aead_cipher_hd_t h;
	double start;

	if (gnutls_aead_cipher_init(&h, algorithm, &key))
		errx(1, "no %s", name);
	start = cpu();
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = sizeof(cipher);

		if (gnutls_aead_cipher_encrypt(h, nonce, sizeof(nonce), NULL, 0,
					       16, plain, sizeof(plain), cipher,
					       &len))
			errx(1, "%s", name);
	}
	print(name, cpu() - start);
	gnutls_aead_cipher_deinit(h);
}

static void *drain(void *fd)
{
	static char data[1 << 18];

	while (read(*(int *)fd, data, sizeof(data)) > 0)
		;
	return NULL;
}

static void send_records(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int out = socket(AF_INET, SOCK_STREAM, 0), in;
	pthread_t reader;
	double start;

	if (bind(listener, (struct sockaddr *)&at, len) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &len) ||
	    connect(out, (struct sockaddr *)&at, len))
		err(1, "loopback");
	in = accept(listener, NULL, NULL);
	if (pthread_create(&reader, NULL, drain, &in))
		errx(1, "no thread");
	start = cpu();
	for (int i = 0; i < ROUNDS; i++) {
		for (size_t sent = 0; sent < RECORD;) {
			ssize_t n = send(out, cipher + sent, RECORD - sent, 0);

			if (n <= 0)
				err(1, "send");
			sent += (size_t)n;
		}
	}
	print("loopback TCP, sender's side", cpu() - start);
	close(out);
	pthread_join(reader, NULL);
	close(in);
	close(listener);
}

int main(void)
{
	copy_stanzas();
	encrypt("AES-256-GCM", GNUTLS_CIPHER_AES_256_GCM, 32);
	encrypt("AES-128-GCM", GNUTLS_CIPHER_AES_128_GCM, 16);
	encrypt("CHACHA20-POLY1305", GNUTLS_CIPHER_CHACHA20_POLY1305, 32);
	send_records();
	return 0;
}
