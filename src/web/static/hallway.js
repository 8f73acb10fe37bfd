/* SPDX-License-Identifier: MIT */
/*
 * All pages can be read without this. It adds: lines as they are said (events of
 * the server), times of the reader's own zone, and ranges "#id1..id2".
 */
"use strict";
(function () {
	const log = document.getElementById("log");

	/* ---- ranges ---- */

	function showRange() {
		const parts = decodeURIComponent(location.hash.slice(1)).split("..");
		if (!log || parts.length !== 2)
			return;
		const ends = parts.map((id) => {
			const at = document.getElementById(id);
			return at && at.closest("#log > li");
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

	function isSame(a, b) {
		const who = (line) => line.querySelector(".who");
		return who(a) && who(b) && who(a).className === who(b).className &&
			who(a).textContent === who(b).textContent;
	}

	function correct(line) {
		const all = log.querySelectorAll("li[data-sent]");
		for (let i = all.length - 1; i >= 0; i--) {
			const text = all[i].querySelector(":scope > .text");
			const fresh = line.querySelector(":scope > .text");
			if (all[i].dataset.sent !== line.dataset.corrects ||
			    !isSame(all[i], line) || !text || !fresh)
				continue;
			text.replaceWith(fresh);
			all[i].classList.add("new");
			return true;
		}
		return false;
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

	/* A changed line is one that is here already, or is of no matter here. */
	function take(markup, isChange) {
		const box = document.createElement("template");
		box.innerHTML = markup;
		const line = box.content.firstElementChild;
		if (!line)
			return;
		const stays = isAtEnd();
		const known = line.id && document.getElementById(line.id);
		tellTimes(line);
		if (isLocal)
			line.querySelectorAll("time").forEach(tellTime);
		if (known) {
			known.closest("li").replaceWith(line);
		} else if (!isChange && (!line.dataset.corrects || !correct(line))) {
			line.classList.add("new");
			tellDay(line);
			log.append(line);
		}
		if (stays)
			scrollTo(0, document.documentElement.scrollHeight);
	}

	function follow() {
		const path = document.body.dataset.live;
		const note = document.getElementById("live");
		if (!path || !log || !note || !window.EventSource)
			return;
		const last = [...log.querySelectorAll(":scope > li[id]")].pop();
		const source = new EventSource(last ? path + "?after=" + encodeURIComponent(last.id) : path);
		const tell = (text) => { note.textContent = text; };
		source.addEventListener("open", () => tell("New lines appear here as they are said."));
		source.addEventListener("error", () => tell("The connection is lost; trying again."));
		source.addEventListener("line", (event) => take(event.data));
		source.addEventListener("change", (event) => take(event.data, true));
		source.addEventListener("reload", () => location.reload());
		addEventListener("pagehide", () => source.close());
	}
	if (!new URLSearchParams(location.search).has("live"))
		follow();
})();
