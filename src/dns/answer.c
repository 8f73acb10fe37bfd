/* SPDX-License-Identifier: MIT */
#include "dns/answer.h"

#include "base/str.h"

#define HEADER_SIZE 12
#define NAME_SIZE 256     /* of a name as text, with the NUL */
#define MAX_RECORDS 1024  /* looked at in a packet */
#define MAX_CNAMES 8

#define CLASS_IN 1
#define TYPE_CNAME 5
#define TYPE_SOA 6

#define RCODE_NXDOMAIN 3
#define FLAG_RESPONSE 0x8000
#define FLAG_TRUNCATED 0x0200
#define FLAG_AUTHENTIC 0x0020

#define STRANGE_NAME "?"

/** Where the reading has got to; never beyond len. */
struct reader {
	const unsigned char *packet;
	size_t len;
	size_t at;
};

/** A resource record; its data is [data, data + data_len) of the packet. */
struct record {
	char name[NAME_SIZE];
	unsigned type;
	unsigned class;
	uint32_t ttl;
	size_t data;
	size_t data_len;
};

static bool has_bytes(const struct reader *r, size_t count)
{
	return count <= r->len - r->at;
}

static unsigned peek_u16(const struct reader *r, size_t at)
{
	return (unsigned)r->packet[at] << 8 | r->packet[at + 1];
}

static unsigned read_u16(struct reader *r)
{
	unsigned value = peek_u16(r, r->at);

	r->at += 2;
	return value;
}

static uint32_t read_u32(struct reader *r)
{
	uint32_t high = read_u16(r);

	return high << 16 | read_u16(r);
}

/* Letters, digits, hyphen and underscore. */
static bool is_name_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool add_label(char *name, size_t *len, const unsigned char *label,
		      size_t label_len)
{
	if (*len + (*len > 0) + label_len >= NAME_SIZE - 1)
		return false;
	if (*len > 0)
		name[(*len)++] = '.';
	for (size_t i = 0; i < label_len; i++) {
		if (!is_name_byte(label[i]))
			return false;
		name[(*len)++] = (char)label[i];
	}
	return true;
}

/* Follow a compression pointer at *at. Only backward, below all that was read
 * of this name, so that a name ends. */
static bool jump(const struct reader *r, size_t *at, size_t *lowest)
{
	if (*at + 1 >= r->len)
		return false;
	*at = peek_u16(r, *at) & 0x3fff;
	if (*at >= *lowest)
		return false;
	*lowest = *at;
	return true;
}

/* Reads a name (RFC 1035 4.1.4): lower case, no final dot, "" for the root. A
 * name that no host or domain can have (a label with a dot in it, say) is
 * STRANGE_NAME. False if it is malformed. */
static bool read_name(struct reader *r, char name[NAME_SIZE])
{
	size_t len = 0, at = r->at, lowest = r->at, end = 0;
	bool is_plain = true;

	for (;;) {
		unsigned char size;

		if (at >= r->len)
			return false;
		size = r->packet[at];
		if ((size & 0xc0) == 0xc0) {
			end = end ? end : at + 2;
			if (!jump(r, &at, &lowest))
				return false;
			continue;
		}
		if (size > 63 || size >= r->len - at)
			return false;
		if (size == 0)
			break;
		is_plain = is_plain &&
			   add_label(name, &len, r->packet + at + 1, size);
		at += (size_t)size + 1;
	}
	r->at = end ? end : at + 1;
	name[len] = '\0';
	str_lower_ascii(name);
	if (!is_plain)
		(void)str_copy(name, NAME_SIZE, STRANGE_NAME);
	return true;
}

static bool read_record(struct reader *r, struct record *out)
{
	if (!read_name(r, out->name) || !has_bytes(r, 10))
		return false;
	out->type = read_u16(r);
	out->class = read_u16(r);
	out->ttl = read_u32(r);
	if (out->ttl > INT32_MAX) /* RFC 2181 8 */
		out->ttl = 0;
	out->data_len = read_u16(r);
	out->data = r->at;
	if (!has_bytes(r, out->data_len))
		return false;
	r->at += out->data_len;
	return true;
}

/* The name that is the rest of rec's data from skip on. */
static bool read_data_name(const struct reader *r, const struct record *rec,
			   size_t skip, char name[NAME_SIZE])
{
	struct reader sub = *r;

	if (rec->data_len <= skip)
		return false;
	sub.at = rec->data + skip;
	return read_name(&sub, name) && sub.at == rec->data + rec->data_len;
}

static void lower_ttl(struct answer *out, uint32_t ttl)
{
	if (ttl < out->ttl)
		out->ttl = ttl;
}

/* The question must be ours: 0x20 games and off-path guesses end here. */
static bool check_question(struct reader *r, const char *name,
			   enum answer_type type)
{
	char asked[NAME_SIZE];

	if (!read_name(r, asked) || !has_bytes(r, 4))
		return false;
	return str_equal(asked, name) && read_u16(r) == (unsigned)type &&
	       read_u16(r) == CLASS_IN;
}

/* If the answers make name an alias, name becomes what it stands for. */
static bool follow_alias(const struct reader *answers, unsigned count,
			 char name[NAME_SIZE], bool *found_out,
			 struct answer *out)
{
	struct reader r = *answers;
	struct record rec;

	*found_out = false;
	for (unsigned i = 0; i < count; i++) {
		if (!read_record(&r, &rec))
			return false;
		if (rec.type != TYPE_CNAME || rec.class != CLASS_IN ||
		    !str_equal(rec.name, name))
			continue;
		lower_ttl(out, rec.ttl);
		*found_out = true;
		return read_data_name(answers, &rec, 0, name);
	}
	return true;
}

static bool follow_aliases(const struct reader *answers, unsigned count,
			   char name[NAME_SIZE], struct answer *out)
{
	for (unsigned i = 0; i <= MAX_CNAMES; i++) {
		bool found;

		if (!follow_alias(answers, count, name, &found, out))
			return false;
		if (!found)
			return true;
	}
	return false;
}

/* If there are too many, those to be tried first stay. */
static void keep_srv(struct answer *out, const struct srv *srv)
{
	struct srv *last = &out->srvs[0];

	if (out->srv_count < ANSWER_MAX_SRV) {
		out->srvs[out->srv_count++] = *srv;
		return;
	}
	for (size_t i = 1; i < ANSWER_MAX_SRV; i++)
		if (out->srvs[i].priority > last->priority)
			last = &out->srvs[i];
	if (srv->priority < last->priority)
		*last = *srv;
}

static bool add_srv(const struct reader *r, const struct record *rec,
		    struct answer *out)
{
	struct reader data = *r;
	struct srv srv = { 0 };

	if (rec->data_len < 7)
		return false;
	data.at = rec->data;
	srv.priority = (uint16_t)read_u16(&data);
	srv.weight = (uint16_t)read_u16(&data);
	srv.port = (uint16_t)read_u16(&data);
	if (!read_data_name(r, rec, 6, srv.target))
		return false;
	if (!str_equal(srv.target, STRANGE_NAME))
		keep_srv(out, &srv);
	return true;
}

static bool add_addr(const struct reader *r, const struct record *rec,
		     struct answer *out)
{
	if (rec->data_len != (rec->type == ANSWER_A ? 4 : 16))
		return false;
	if (out->addr_count < ANSWER_MAX_ADDRS)
		addr_from_bytes(&out->addrs[out->addr_count++],
				r->packet + rec->data, rec->data_len, 0);
	return true;
}

static bool add_record(const struct reader *r, const struct record *rec,
		       struct answer *out)
{
	switch ((enum answer_type)rec->type) {
	case ANSWER_SRV:
		return add_srv(r, rec, out);
	case ANSWER_TLSA:
		return tlsa_set_add(&out->tlsas, r->packet + rec->data,
				    rec->data_len);
	case ANSWER_A:
	case ANSWER_AAAA:
		return add_addr(r, rec, out);
	}
	require(false);
}

/* Collects what the name has of the type; r moves behind the answers. */
static bool read_answers(struct reader *r, unsigned count, const char *name,
			 enum answer_type type, struct answer *out)
{
	struct record rec;

	for (unsigned i = 0; i < count; i++) {
		if (!read_record(r, &rec))
			return false;
		if (rec.type != (unsigned)type || rec.class != CLASS_IN ||
		    !str_equal(rec.name, name))
			continue;
		lower_ttl(out, rec.ttl);
		if (!add_record(r, &rec, out))
			return false;
	}
	return true;
}

/* RFC 2308: for how long there is nothing; 0 if the zone does not say. */
static bool read_negative_ttl(struct reader *r, unsigned count,
			      struct answer *out)
{
	struct record rec;
	bool has_soa = false;

	for (unsigned i = 0; i < count; i++) {
		struct reader last = *r;

		if (!read_record(r, &rec))
			return false;
		if (rec.type != TYPE_SOA || rec.class != CLASS_IN)
			continue;
		if (rec.data_len < 22)
			return false;
		last.at = rec.data + rec.data_len - 4;
		lower_ttl(out, rec.ttl);
		lower_ttl(out, read_u32(&last));
		has_soa = true;
	}
	if (!has_soa)
		out->ttl = 0;
	return true;
}

static bool read_sections(struct reader *r, char name[NAME_SIZE],
			  enum answer_type type, struct answer *out)
{
	unsigned answers = peek_u16(r, 6), authorities = peek_u16(r, 8);

	if (peek_u16(r, 4) != 1 || answers > MAX_RECORDS ||
	    authorities > MAX_RECORDS)
		return false;
	r->at = HEADER_SIZE;
	out->ttl = UINT32_MAX;
	if (!check_question(r, name, type) ||
	    !follow_aliases(r, answers, name, out) ||
	    !read_answers(r, answers, name, type, out))
		return false;
	if (answer_has_records(out))
		return true;
	return read_negative_ttl(r, authorities, out);
}

static enum answer_status status_of(unsigned rcode, const struct answer *out)
{
	if (rcode == RCODE_NXDOMAIN)
		return ANSWER_NO_NAME;
	return answer_has_records(out) ? ANSWER_OK : ANSWER_NO_DATA;
}

void answer_read(const unsigned char *packet, size_t len, const char *name,
		 enum answer_type type, struct answer *out)
{
	struct reader r = { packet, len, 0 };
	char current[NAME_SIZE];
	unsigned flags, rcode;

	*out = (struct answer){ .status = ANSWER_FAILED };
	if (len < HEADER_SIZE || !str_copy(current, sizeof(current), name))
		return;
	str_lower_ascii(current);
	flags = peek_u16(&r, 2);
	rcode = flags & 15;
	if (!(flags & FLAG_RESPONSE) || (flags & FLAG_TRUNCATED) ||
	    (rcode != 0 && rcode != RCODE_NXDOMAIN))
		return;
	if (!read_sections(&r, current, type, out)) {
		*out = (struct answer){ .status = ANSWER_FAILED };
		return;
	}
	out->authentic = (flags & FLAG_AUTHENTIC) != 0;
	out->status = status_of(rcode, out);
	if (out->status == ANSWER_NO_NAME)
		out->srv_count = out->addr_count = out->tlsas.count = 0;
}
