// What the page knows of its episode, as the server wrote it into the page, kept up with later answers.

import { $ } from "./dom.js";

/**
 * @typedef {{ person: string, name: string, credentials: string }} Person
 * @typedef {{ number: number, name: string|null, person: string|null, does: string, speech: string, sure: string,
 *   sample?: number|null }} Voice
 * @typedef {{ kind: string, start: number, end: number, entry: string|null }} Stretch
 * @typedef {{ id: string, title: string, duration: number, youtube: string|null, head_cut: number, read_only: boolean, version: string,
 *   editor: string, facts: Record<string, string|null>, experts: string[], people: Person[], voices: Voice[], timeline: Stretch[], has_media: boolean,
 *   counts: Record<string, number>, redrafting: boolean }} Page
 */

/** @type {Page} */
export const page = JSON.parse($("#data").dataset.page);

/** The episode's address, without a slash at its end. */
export const base = `/episodes/${encodeURIComponent(page.id)}`;

/** How many edits a version counts. @param {string} version */
export const edits = (version) => Number.parseInt(version, 10) || 0;

/** What a version says of the draft. @param {string} version */
export const draftOf = (version) => version.slice(version.indexOf(".") + 1);

/**
 * An entry's data, read from its article.
 * @param {HTMLElement} article
 */
export function entryOf(article) {
  const { qStart, qEnd, aStart, aEnd, gaps, spans, people, status, canApprove, written } = article.dataset;
  const question = { start: Number(qStart), end: Number(qEnd) };
  const answer = aStart === undefined ? null : { start: Number(aStart), end: Number(aEnd) };
  return {
    id: article.id,
    status: status ?? "",
    /** Whether the question was only sent in writing: then it has no time. */
    written: written === "yes",
    /** Where the entry begins: with its question, or when nobody reads that with its answer. */
    start: written === "yes" && answer ? answer.start : question.start,
    question,
    answer,
    gaps: /** @type {{start: number, end: number}[]} */ (JSON.parse(gaps ?? "[]")),
    spans: /** @type {{start: number, end: number}[]} */ (JSON.parse(spans ?? "[]")),
    people: /** @type {string[]} */ (JSON.parse(people ?? "[]")),
    canApprove: canApprove === "yes",
    text: $(".q-text .words", article)?.textContent ?? "",
  };
}
