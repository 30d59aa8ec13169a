/**
 * Replaces secrets that the process itself holds, exactly, wherever they occur: as they are, JSON-escaped, URL-encoded, and in
 * base64 at any alignment.
 *
 * One pass of an Aho-Corasick automaton (Aho and Corasick 1975), whatever the number of secrets; a secret may go over chunks
 * and lines. Overlapping finds become one replacement.
 */
import type { Mask } from './kinds.ts';

/** Shorter ones occur by chance: hiding them would shred ordinary text. */
const SHORTEST_SECRET = 6;

interface Automaton {
  /** Maps a UTF-16 code unit to its column; 0 is for characters that no secret has. */
  readonly column: Uint16Array;
  readonly columns: number;
  readonly next: Int32Array;
  /** Length of the longest secret that ends in a state; 0 if none does. */
  readonly found: Uint32Array;
  /** Length of the longest beginning of a secret that a state stands for. */
  readonly depth: Uint32Array;
}

export interface KnownSecrets {
  readonly add: (secret: string) => void;
  readonly text: (text: string) => string;
  /** A pass over chunks: each call gives back what is settled. */
  readonly pass: () => { readonly push: (chunk: string) => string; readonly end: () => string };
}

export function createKnownSecrets(mask: Mask): KnownSecrets {
  const patterns = new Set<string>();
  let compiled: Automaton | undefined;
  const automaton = (): Automaton | undefined => {
    if (compiled === undefined && patterns.size > 0) compiled = compile([...patterns]);
    return compiled;
  };
  const pass = () => startPass(automaton, mask);
  return {
    add: (secret) => {
      if (secret.length < SHORTEST_SECRET) {
        throw new Error(`a secret of ${secret.length} characters cannot be hidden in text: use one of at least ${SHORTEST_SECRET}`);
      }
      for (const form of formsOf(secret)) patterns.add(form);
      compiled = undefined;
    },
    text: (text) => {
      if (patterns.size === 0) return text;
      const { push, end } = pass();
      return push(text) + end();
    },
    pass,
  };
}

function formsOf(secret: string): ReadonlySet<string> {
  const lines = secret.includes('\n') ? secret.split(/\r?\n/u).filter((line) => line.length >= 32) : [];
  const plain = [secret, secret.trimEnd(), ...lines].filter((form) => form.length >= SHORTEST_SECRET);
  return new Set(plain.flatMap((form) => [form, ...encodedForms(form)]));
}

function encodedForms(secret: string): readonly string[] {
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const lowerUrl = url.replaceAll(/%[0-9A-F]{2}/gu, (escaped) => escaped.toLowerCase());
  return [json, JSON.stringify(json).slice(1, -1), url, lowerUrl, url.replaceAll('%20', '+'), ...base64Forms(secret)];
}

/** The characters of base64 that the secret alone decides, at each of the three alignments it can have in a longer text. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = offset === 0 ? 0 : offset + 1;
    const last = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const core = encoded.slice(first, last);
    return core.length < SHORTEST_SECRET ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function compile(patterns: readonly string[]): Automaton {
  const column = new Uint16Array(65_536);
  let columns = 1;
  let states = 1;
  for (const pattern of patterns) {
    states += pattern.length;
    for (let at = 0; at < pattern.length; at++) {
      const code = pattern.charCodeAt(at);
      if (column[code] === 0) column[code] = columns++;
    }
  }
  const automaton = {
    column,
    columns,
    next: new Int32Array(states * columns).fill(-1),
    found: new Uint32Array(states),
    depth: new Uint32Array(states),
  };
  addPatterns(automaton, patterns);
  linkFailures(automaton, states);
  return automaton;
}

function addPatterns({ column, columns, next, found, depth }: Automaton, patterns: readonly string[]): void {
  let used = 1;
  for (const pattern of patterns) {
    let state = 0;
    for (let at = 0; at < pattern.length; at++) {
      const edge = state * columns + (column[pattern.charCodeAt(at)] ?? 0);
      if ((next[edge] ?? -1) < 0) {
        depth[used] = at + 1;
        next[edge] = used++;
      }
      state = next[edge] ?? 0;
    }
    found[state] = pattern.length;
  }
}

/** Breadth first: every missing edge becomes the edge of the longest proper suffix that is a beginning too. */
function linkFailures({ columns, next, found }: Automaton, states: number): void {
  const failure = new Int32Array(states);
  const queue: number[] = [];
  for (let edge = 0; edge < columns; edge++) {
    const to = next[edge] ?? -1;
    if (to < 0) next[edge] = 0;
    else queue.push(to);
  }
  for (const state of queue) {
    const fallback = failure[state] ?? 0;
    found[state] = Math.max(found[state] ?? 0, found[fallback] ?? 0);
    for (let edge = 0; edge < columns; edge++) {
      const at = state * columns + edge;
      const to = next[at] ?? -1;
      const other = next[fallback * columns + edge] ?? 0;
      if (to < 0) next[at] = other;
      else {
        failure[to] = other;
        queue.push(to);
      }
    }
  }
}

function startPass(current: () => Automaton | undefined, mask: Mask): { push: (chunk: string) => string; end: () => string } {
  const automaton = current();
  let state = 0;
  let held = '';
  /** Finds in `held`, as far as it was read: sorted and disjoint. */
  let finds: { start: number; end: number }[] = [];

  const release = (upTo: number): string => {
    let out = '';
    let from = 0;
    for (const { start, end } of finds) {
      if (end > upTo) break;
      out += held.slice(from, start) + mask('known-secret', held.slice(start, end));
      from = end;
    }
    out += held.slice(from, upTo);
    held = held.slice(upTo);
    finds = finds.filter(({ end }) => end > upTo).map(({ start, end }) => ({ start: start - upTo, end: end - upTo }));
    return out;
  };

  const read = ({ column, columns, next, found, depth }: Automaton, from: number): number => {
    for (let at = from; at < held.length; at++) {
      state = next[state * columns + (column[held.charCodeAt(at)] ?? 0)] ?? 0;
      const length = found[state] ?? 0;
      if (length > 0) finds = withFind(finds, at + 1 - length, at + 1);
    }
    return held.length - (depth[state] ?? 0);
  };

  return {
    push: (chunk) => {
      if (automaton === undefined) return chunk;
      const from = held.length;
      held += chunk;
      const settled = read(automaton, from);
      const last = finds.at(-1);
      // a find that reaches into the unsettled end may still grow
      return release(last !== undefined && last.end > settled ? Math.min(settled, last.start) : settled);
    },
    end: () => release(held.length),
  };
}

/** A find that goes on and on, as one of a periodic secret can, is settled in pieces: what is held back stays bounded. */
const LONGEST_FIND = 65_536;

function withFind(finds: { start: number; end: number }[], start: number, end: number): { start: number; end: number }[] {
  let from = start;
  for (let last = finds.at(-1); last !== undefined && last.end > from; last = finds.at(-1)) {
    if (last.end - last.start > LONGEST_FIND) {
      from = last.end;
      break;
    }
    from = Math.min(from, last.start);
    finds.pop();
  }
  if (end > from) finds.push({ start: from, end });
  return finds;
}
