/* SPDX-License-Identifier: MIT */
/*
 * All pages can be read without this. It adds: lines as they are said (events of
 * the server), times of the reader's own zone, and ranges "#id1..id2".
 */
"use strict";
(function () {
	const log = document.getElementById("log");
	/* Also one that is folded away. */
	const LINE = "ol.log > li[id]";

	/* ---- ranges ---- */

	function showRange() {
		const parts = decodeURIComponent(location.hash.slice(1)).split("..");
		if (!log || parts.length !== 2)
			return;
		const ends = parts.map((id) => {
			const at = document.getElementById(id);
			return at && at.closest(LINE);
		});
		for (const line of log.querySelectorAll(".marked"))
			line.classList.remove("marked");
		if (!ends[0] || !ends[1])
			return;
		const isOrdered = ends[0].compareDocumentPosition(ends[1]) &
			Node.DOCUMENT_POSITION_PRECEDING;
		const [first, last] = isOrdered ? [ends[1], ends[0]] : ends;
		for (let line = first; line; line = line.nextElementSibling) {
			line.classList.add("marked");
			if (line === last)
				break;
		}
		first.scrollIntoView();
	}
	addEventListener("hashchange", showRange);
	showRange();

	/* ---- the reader's own time ---- */

	let isLocal = false;

	function pad(number) {
		return String(number).padStart(2, "0");
	}

	function tellTime(time) {
		const at = new Date(time.dateTime);
		if (!time.dateTime.includes("T") || isNaN(at))
			return;
		if (!time.dataset.served)
			time.dataset.served = time.textContent;
		if (!isLocal) {
			time.textContent = time.dataset.served;
			return;
		}
		const length = time.dataset.served.split(" ").pop().length;
		const day = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join("-");
		const clock = [pad(at.getHours()), pad(at.getMinutes()), pad(at.getSeconds())]
			.join(":").slice(0, length);
		const heading = document.querySelector("h1 time");
		const isHere = heading && heading.dateTime === day;
		time.textContent = isHere && !time.dataset.served.includes(" ") ? clock : day + " " + clock;
		time.title = time.dateTime;
	}

	/* Lines come with times of UTC; the page may be in another zone. */
	function zoneOfPage() {
		const timeZone = new URLSearchParams(location.search).get("tz");
		try {
			return timeZone && new Intl.DateTimeFormat("en", {
				timeZone, hourCycle: "h23", year: "numeric", month: "2-digit",
				day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit"
			});
		} catch {
			return null;
		}
	}
	const zone = zoneOfPage();

	function tellZone(time) {
		const at = {};
		for (const {type, value} of zone.formatToParts(new Date(time.dateTime)))
			at[type] = value;
		const day = [at.year, at.month, at.day].join("-");
		const heading = document.querySelector("h1 time");
		const length = time.textContent.split(" ").pop().length;
		time.textContent = (heading && heading.dateTime === day ? "" : day + " ") +
			[at.hour, at.minute, at.second].join(":").slice(0, length);
		time.title = time.dateTime.slice(0, 19).replace("T", " ") + " UTC";
	}

	function tellTimes(root) {
		for (const time of root.querySelectorAll("time"))
			if (time.closest("#log"))
				tellTime(time);
	}

	function offerLocalTime() {
		const place = document.querySelector(".times");
		if (!place || !log)
			return;
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = "Show my local time";
		button.setAttribute("aria-pressed", "false");
		button.addEventListener("click", () => {
			isLocal = !isLocal;
			button.setAttribute("aria-pressed", String(isLocal));
			tellTimes(document);
		});
		place.append(" ", button);
	}
	offerLocalTime();

	/* ---- what is said now ---- */

	/* The page is kept as the server would write it now: what belongs to a
	 * line goes to it, and leaves a mark by which it is found. */

	function part(line, css) {
		return line.querySelector(":scope > " + css);
	}

	function make(name, className) {
		const made = document.createElement(name);
		if (className)
			made.className = className;
		return made;
	}

	function lineOf(id) {
		const at = id && document.getElementById(id);
		return at && at.closest(LINE);
	}

	function leaveMark(at, line) {
		const mark = make("span", "anchor");
		mark.id = line.id;
		if (line.dataset.sent)
			mark.dataset.sent = line.dataset.sent;
		at.append(mark);
	}

	/* As much as fits of the text that is replied to: 80 bytes, one line. */
	function excerpt(text) {
		const coder = new TextEncoder();
		let shown = "", size = 0;
		for (const c of text) {
			if (size >= 80 || c === "\n")
				break;
			shown += c;
			size += coder.encode(c).length;
		}
		return [shown, shown.length < text.length ? " \u2026" : ""];
	}

	function answer(line) {
		const at = lineOf(line.dataset.answers);
		const link = line.querySelector(":scope > .reply > a");
		if (!at || !link)
			return;
		const who = make("bdi"), said = make("bdi"), text = part(at, ".text");
		who.textContent = part(at, ".who").textContent;
		link.setAttribute("href", "#" + line.dataset.answers);
		link.replaceChildren(who);
		if (!text || !text.textContent || at.classList.contains("tombstone"))
			return;
		const [shown, more] = excerpt(text.textContent);
		said.textContent = shown;
		link.append(": ", said, more);
	}

	/* Who replied to a line shows what it says now. */
	function tellAnswers(at) {
		for (const line of log.querySelectorAll(LINE + "[data-answers]"))
			if (line.dataset.answers === at.id)
				answer(line);
	}

	/* The line, or a correction of it, that its sender called so. */
	function findCorrected(line) {
		const named = [...log.querySelectorAll("[data-sent]")].reverse();
		for (const one of named) {
			const at = one.closest(LINE);
			if (one.dataset.sent === line.dataset.corrects)
				return at.dataset.by === line.dataset.by ? at : null;
		}
		return null;
	}

	function addVersion(at, text, time) {
		let box = part(at, ".versions");
		let said = part(at, ".at").querySelector("time");
		if (!box) {
			box = make("details", "versions");
			box.append(make("summary"), make("ol"));
			part(at, ".text").after(box);
		} else {
			said = box.querySelector("summary time");
		}
		const older = make("li");
		older.append(said.cloneNode(true), " ", text);
		box.querySelector("ol").append(older);
		box.querySelector("summary").replaceChildren("corrected ", time);
	}

	function correct(line) {
		const at = findCorrected(line);
		const text = at && part(at, ".text"), fresh = part(line, ".text");
		if (!text || !fresh)
			return false;
		if (!at.classList.contains("tombstone")) {
			const before = text.cloneNode(true);
			text.replaceChildren(...fresh.childNodes);
			addVersion(at, before, part(line, ".at").querySelector("time").cloneNode(true));
			tellAnswers(at);
		}
		leaveMark(at, line);
		at.classList.add("new");
		return true;
	}

	function setPeople(one, people) {
		one.dataset.by = people.join(" ");
		one.replaceChildren(one.querySelector("bdi"), " " + people.length);
	}

	/* A person's last reaction to a line says all of theirs. */
	function countReaction(list, by, emoji) {
		const wanted = new Set(emoji);
		for (const one of [...list.children]) {
			const name = one.querySelector("bdi").textContent;
			let people = one.dataset.by.split(" ");
			if (!wanted.delete(name))
				people = people.filter((who) => who !== by);
			else if (!people.includes(by))
				people.push(by);
			if (people.length)
				setPeople(one, people);
			else
				one.remove();
		}
		for (const name of wanted) {
			const one = make("li"), box = make("bdi");
			box.textContent = name;
			one.append(box);
			setPeople(one, [by]);
			list.append(one);
		}
	}

	function react(line) {
		const at = lineOf(line.dataset.reacts);
		const emoji = line.querySelector(".said > bdi");
		if (!at || !emoji)
			return false;
		let list = part(at, ".reactions");
		if (!list) {
			list = make("ul", "reactions");
			list.setAttribute("aria-label", "Reactions");
			at.insertBefore(list, part(at, ".anchor"));
		}
		countReaction(list, line.dataset.by, emoji.textContent.split(" ").filter(Boolean));
		if (!list.children.length || at.classList.contains("tombstone"))
			list.remove();
		leaveMark(at, line);
		at.classList.add("new");
		return true;
	}

	function tellThread(line, before) {
		const box = make("span", "thread"), name = make("bdi");
		name.textContent = line.dataset.thread.slice(0, 12);
		box.append("thread ", name);
		if (before) {
			const link = make("a");
			link.href = "#" + before.id;
			link.textContent = "the line before";
			box.append(", ", link);
		}
		part(line, ".text").before(box, " ");
	}

	/* A thread is told once there are two of it. */
	function joinThread(line) {
		const others = [...log.querySelectorAll(LINE + "[data-thread]")];
		const before = others.filter((one) => one.dataset.thread === line.dataset.thread).pop();
		if (!before || !part(line, ".text"))
			return;
		if (!part(before, ".thread") && part(before, ".text"))
			tellThread(before, null);
		tellThread(line, before);
	}

	function isAtEnd() {
		return innerHeight + scrollY >= document.documentElement.scrollHeight - 150;
	}

	/* A line of the next day stands below a link to its own page. */
	function tellDay(line) {
		const time = line.querySelector("time");
		const day = time && time.dateTime.slice(0, 10);
		const heading = document.querySelector("h1 time");
		if (!day || !heading || heading.dateTime === day ||
		    log.querySelector("li.day"))
			return;
		const link = document.createElement("a");
		link.href = day;
		link.textContent = "A new day: " + day;
		const item = document.createElement("li");
		item.className = "gap day";
		item.append(link);
		log.append(item);
	}

	function add(line) {
		if (line.dataset.corrects && correct(line))
			return;
		if (line.dataset.reacts && react(line))
			return;
		answer(line);
		if (line.dataset.thread)
			joinThread(line);
		line.classList.add("new");
		tellDay(line);
		log.append(line);
		becomeEarly(line);
	}

	/* What belongs to a line and is taken back by itself: whatever that does
	 * to the line, the server knows. */
	function change(known, line) {
		if (!known.matches(LINE)) {
			location.reload();
			return;
		}
		line.append(...known.querySelectorAll(":scope > .anchor"));
		known.replaceWith(line);
		tellAnswers(line);
	}

	/* A line that is here already came twice; a changed one is here, or is of no
	 * matter. */
	function take(markup, isChange) {
		const box = make("template");
		box.innerHTML = markup;
		const line = box.content.firstElementChild;
		if (!line)
			return;
		const stays = isAtEnd();
		const known = line.id && document.getElementById(line.id);
		if (zone)
			line.querySelectorAll("time").forEach(tellZone);
		if (isLocal)
			line.querySelectorAll("time").forEach(tellTime);
		if (known && isChange)
			change(known, line);
		else if (!known && !isChange)
			add(line);
		if (stays)
			scrollTo(0, document.documentElement.scrollHeight);
	}

	/* Who came or went; nothing else belongs to that. */
	function pass(markup) {
		const box = make("template");
		box.innerHTML = markup;
		const item = box.content.firstElementChild;
		if (!item)
			return;
		const stays = isAtEnd();
		if (zone)
			item.querySelectorAll("time").forEach(tellZone);
		if (isLocal)
			item.querySelectorAll("time").forEach(tellTime);
		item.classList.add("new");
		tellDay(item);
		log.append(item);
		if (stays)
			scrollTo(0, document.documentElement.scrollHeight);
	}

	/* ---- what lines became in a session ---- */

	/* As the server writes it: to the minute. */
	function makeTime(at) {
		const time = make("time"), heading = document.querySelector("h1 time");
		const [day, clock] = [at.slice(0, 10), at.slice(11, 16)];
		time.dateTime = at;
		time.textContent = heading && heading.dateTime === day ? clock : day + " " + clock;
		if (zone)
			tellZone(time);
		if (isLocal)
			tellTime(time);
		return time;
	}

	/* What is not to be told any more is taken off. */
	function setMark(line, text, at) {
		let mark = part(line, ".mark");
		if (!text || line.classList.contains("tombstone")) {
			mark?.nextSibling?.remove(); /* the blank */
			mark?.remove();
			return;
		}
		if (!mark) {
			mark = make("strong", "mark");
			const before = [...line.querySelectorAll(":scope > .who, :scope > .hat")].pop();
			const space = before.nextSibling;
			(space && space.nodeType === Node.TEXT_NODE ? space : before).after(mark, " ");
		}
		mark.textContent = text;
		if (at)
			mark.append(" ", makeTime(at));
	}

	/* Bustle of the queue is a click away, where it was said. */
	function fold(line) {
		if (line.parentElement !== log)
			return;
		let box = line.previousElementSibling;
		if (!box || !box.classList.contains("chatter")) {
			box = make("li", "chatter");
			const details = make("details"), name = make("summary");
			name.textContent = "queue, hands, microphone";
			details.open = new URLSearchParams(location.search).has("all");
			details.append(name, make("ol", "log"));
			box.append(details);
			line.before(box);
		}
		box.querySelector("ol").append(line);
		const next = box.nextElementSibling;
		if (next && next.classList.contains("chatter")) {
			box.querySelector("ol").append(...next.querySelector("ol").children);
			next.remove();
		}
	}

	function become(line, kind, text, at) {
		setMark(line, kind === "mark" ? text : "", at);
		if (kind === "chatter")
			fold(line);
	}

	/* Lines that are not here yet: a mark may be known before its line is. */
	const early = new Map();

	function becomeEarly(line) {
		const known = early.get(line.id);
		early.delete(line.id);
		if (known)
			become(line, ...known);
	}

	function mark(data) {
		const stays = isAtEnd();
		for (const row of data.split("\n")) {
			const [id, ...what] = row.split("\t");
			const line = document.getElementById(id);
			if (!line)
				early.set(id, what);
			else if (line.matches(LINE))
				become(line, ...what);
		}
		if (stays)
			scrollTo(0, document.documentElement.scrollHeight);
	}

	/* What scribes are typing, under the lines, in the order in which they
	 * began. Who stops in the middle is not waited for. */
	const STALE = 60000;

	function getCaption(nick) {
		let box = document.querySelector(".captions");
		if (!box) {
			box = make("div", "captions");
			box.setAttribute("aria-live", "off");
			(log || document.getElementById("live")).after(box);
		}
		let row = [...box.children].find((one) => one.dataset.nick === nick);
		if (row)
			return row;
		const who = make("bdi", "who");
		who.textContent = nick;
		const said = [...document.querySelectorAll("#log .who")].reverse().find((one) => one.textContent === nick);
		if (said)
			who.className = said.className;
		row = make("p", "caption");
		row.dataset.nick = nick;
		row.append(who, ": ", make("span", "text"));
		row.lastChild.dir = "auto";
		box.append(row);
		return row;
	}

	function caption(data) {
		const at = data.indexOf("\t"), text = data.slice(at + 1);
		const stays = isAtEnd();
		const row = getCaption(data.slice(0, at));
		clearTimeout(Number(row.dataset.timer));
		row.lastChild.textContent = text;
		row.dataset.timer = setTimeout(() => row.remove(), STALE);
		if (!text)
			row.remove();
		if (stays)
			scrollTo(0, document.documentElement.scrollHeight);
	}

	function follow() {
		const path = document.body.dataset.live;
		const note = document.getElementById("live");
		if (!path || !log || !note || !window.EventSource)
			return;
		const last = [...log.querySelectorAll(LINE)].pop();
		const wishes = new URLSearchParams();
		if (last)
			wishes.set("after", last.id);
		if (new URLSearchParams(location.search).get("presence") === "1")
			wishes.set("presence", "1");
		const source = new EventSource(path + "?" + wishes);
		const tell = (text) => { note.textContent = text; };
		source.addEventListener("open", () => tell("New lines appear here as they are said."));
		source.addEventListener("error", () => tell("The connection is lost; trying again."));
		source.addEventListener("line", (event) => take(event.data));
		source.addEventListener("change", (event) => take(event.data, true));
		source.addEventListener("marks", (event) => mark(event.data));
		source.addEventListener("presence", (event) => pass(event.data));
		source.addEventListener("caption", (event) => caption(event.data));
		source.addEventListener("reload", () => location.reload());
		addEventListener("pagehide", () => source.close());
	}
	/* ---- a session that is open ---- */

	let isRenewing = false;

	/* Not while somebody types there; and not all who look on at once. */
	function renewSession(session) {
		if (isRenewing)
			return;
		isRenewing = true;
		setTimeout(async () => {
			isRenewing = false;
			if (session.contains(document.activeElement)) {
				renewSession(session);
				return;
			}
			const answer = await fetch(location.pathname + location.search).catch(() => null);
			if (!answer || !answer.ok)
				return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const fresh = page.getElementById("session");
			if (!fresh)
				return;
			const typed = document.querySelector(".captions");
			session.replaceChildren(...fresh.childNodes);
			if (typed)
				document.getElementById("live")?.after(typed);
			tellSession("This page follows the session.");
		}, 500 + Math.random() * 1500);
	}

	function tellSession(text) {
		const note = document.getElementById("live");
		if (note)
			note.textContent = text;
	}

	function followSession() {
		const path = document.body.dataset.live;
		const session = document.getElementById("session");
		if (!path || !session || !window.EventSource)
			return;
		const source = new EventSource(path);
		const renew = () => renewSession(session);
		let wasLost = false;
		source.addEventListener("open", () => {
			tellSession("This page follows the session.");
			if (wasLost)
				renew();
			wasLost = false;
		});
		source.addEventListener("error", () => {
			wasLost = true;
			tellSession("The connection is lost; trying again.");
		});
		for (const name of ["session", "change", "reload"])
			source.addEventListener(name, renew);
		source.addEventListener("caption", (event) => caption(event.data));
		addEventListener("pagehide", () => source.close());
	}
	if (!new URLSearchParams(location.search).has("live")) {
		follow();
		followSession();
	}
})();
