/* SPDX-License-Identifier: MIT */
#include "muc/occupant_id.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

void occupant_id_make(const unsigned char secret[OCCUPANT_ID_SECRET_SIZE],
		      const struct jid *room, const struct jid *real,
		      char out[OCCUPANT_ID_SIZE])
{
	unsigned char mac[DIGEST_SHA256_SIZE];
	struct buf data = { 0 };
	char *hex;

	buf_add_str(&data, jid_bare(room));
	buf_add_char(&data, '\0');
	buf_add_str(&data, jid_bare(real));
	digest_hmac_sha256(secret, OCCUPANT_ID_SECRET_SIZE, buf_data(&data),
			   data.len, mac);
	buf_fini(&data);
	hex = hex_encode(mac, sizeof(mac));
	str_copy(out, OCCUPANT_ID_SIZE, hex);
	mem_free(&hex);
}
