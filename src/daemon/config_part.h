/* SPDX-License-Identifier: MIT */
/*
 * config_part: the sections of the configuration file, each read by a file of
 * its own, and what lends the values to the modules.
 *
 * Thread: main.
 */
#pragma once

#include "daemon/config.h"

struct config_node;
struct config_reading;

void config_read_threads(struct config_reading *r, struct config_node *value);
void config_read_sessions(struct config_reading *r, struct config_node *value);
void config_read_control(struct config_reading *r, struct config_node *value);
void config_read_metrics(struct config_reading *r, struct config_node *value);
void config_read_domains(struct config_reading *r, struct config_node *value);
void config_read_log(struct config_reading *r, struct config_node *value);
void config_read_s2s(struct config_reading *r, struct config_node *value);
void config_read_dns(struct config_reading *r, struct config_node *value);
void config_read_rooms(struct config_reading *r, struct config_node *value);
void config_read_moderation(struct config_reading *r,
			    struct config_node *value);
void config_read_meetings(struct config_reading *r, struct config_node *value);
void config_read_store(struct config_reading *r, struct config_node *value);
void config_read_archive(struct config_reading *r, struct config_node *value);
void config_read_web(struct config_reading *r, struct config_node *value);

/** Let the modules' settings point at the strings, once all is read. */
void config_lend(struct config *c);
/** The block lists alone. */
void config_lend_blocklists(struct config *c);
