/**
 * Credentials that their issuer made recognisable: a fixed beginning, then characters of a known alphabet.
 *
 * Minimum lengths lie below the issued ones, so that a token which was cut short is still one. A body without a digit must be
 * a long unbroken run, so that `npm_config_registry` and `hf_hub_download` stay.
 */
import { ALNUM, BASE64_EXTRA, CLASS, classAt, classesIn, DIGIT, LOWER, runEnd, UPPER, WORD } from './characters.ts';
import { type Scan, spend } from './cursor.ts';
import type { Kind } from './kinds.ts';

interface Shape {
  readonly prefix: string;
  readonly kind: Kind;
  /** Alphabet of the body. */
  readonly body: number;
  readonly min: number;
  readonly max?: number;
  /** The body goes on over dots. */
  readonly dotted?: boolean;
  /** Found inside a word as well, after a letter: the beginning is unlike anything else. */
  readonly anywhere?: boolean;
}

const shape = (prefix: string, kind: Kind, body: number, min: number, rest: Partial<Shape> = {}): Shape => ({
  prefix,
  kind,
  body,
  min,
  ...rest,
});
const anywhere = { anywhere: true } as const;
const dotted = { dotted: true } as const;
const BASE64URL = WORD;
const UPPER_DIGIT = UPPER | DIGIT;

const SHAPES: readonly Shape[] = [
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => shape(prefix, 'aws-key-id', UPPER_DIGIT, 16, { max: 16 })),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => shape(prefix, 'github-token', ALNUM, 20, anywhere)),
  shape('github_pat_', 'github-token', BASE64URL, 22, anywhere),
  ...['glpat-', 'glrt-', 'gldt-', 'glcbt-', 'glptt-', 'glft-', 'glagent-', 'glsoat-', 'glimt-', 'gloas-', 'glffct-'].map((prefix) =>
    shape(prefix, 'gitlab-token', BASE64URL, 16, { dotted: true, anywhere: true }),
  ),
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xapp-', 'xoxe-', 'xwfp-'].map((prefix) =>
    shape(prefix, 'slack-token', BASE64URL, 10, anywhere),
  ),
  shape('xoxe.', 'slack-token', BASE64URL, 10, dotted),
  shape('sk-ant-', 'anthropic-key', BASE64URL, 16, anywhere),
  ...['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'].map((prefix) => shape(prefix, 'openai-key', BASE64URL, 16, anywhere)),
  ...['sk-or-v1-', 'sk-lf-'].map((prefix) => shape(prefix, 'api-key', BASE64URL, 16, anywhere)),
  shape('sk-', 'openai-key', ALNUM, 20),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'pk_live_'].map((prefix) => shape(prefix, 'stripe-key', ALNUM, 10, anywhere)),
  shape('whsec_', 'stripe-key', ALNUM | BASE64_EXTRA, 16, anywhere),
  shape('npm_', 'npm-token', ALNUM, 30),
  shape('AIza', 'gcp-key', BASE64URL, 30, { max: 35 }),
  shape('GOCSPX-', 'gcp-key', BASE64URL, 20, anywhere),
  shape('ya29.', 'gcp-key', BASE64URL, 16, dotted),
  shape('SG.', 'access-token', BASE64URL, 16, dotted),
  ...['hvs.', 'hvb.', 'hvr.'].map((prefix) => shape(prefix, 'access-token', BASE64URL, 20, dotted)),
  shape('dp.', 'access-token', BASE64URL, 30, dotted),
  shape('hf_', 'access-token', ALNUM, 30),
  shape('pypi-AgE', 'access-token', BASE64URL, 30, anywhere),
  ...['dckr_pat_', 'dckr_oat_'].map((prefix) => shape(prefix, 'access-token', BASE64URL, 16, anywhere)),
  ...['glsa_', 'glc_', 'dop_v1_', 'doo_v1_', 'dor_v1_', 'lin_api_', 'sntrys_', 'sntryu_', 'sbp_', 'pscale_tkn_', 'pscale_pw_'].map(
    (prefix) => shape(prefix, 'access-token', BASE64URL, 24),
  ),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_', 'figd_', 'nvapi-', 'xkeysib-', 'tskey-', 'PMAK-', 'NRAK-', 'ATATT3', 'ATCTT3', 'tfp_'].map(
    (prefix) => shape(prefix, 'access-token', BASE64URL, 20),
  ),
  ...['gsk_', 'r8_', 'xai-', 'pplx-', 'fw_', 'sgp_', 'rdme_', 'ops_eyJ', 'CMKEY-', 'EZAK', 'sq0csp-', 'sq0atp-'].map((prefix) =>
    shape(prefix, 'access-token', ALNUM, 30),
  ),
  shape('AGE-SECRET-KEY-1', 'private-key', UPPER_DIGIT, 30, anywhere),
  shape('b3BlbnNzaC1rZXktdjE', 'private-key', ALNUM | BASE64_EXTRA, 16),
  shape('SK', 'access-token', LOWER | DIGIT, 32, { max: 32 }),
  shape('key-', 'api-key', LOWER | DIGIT, 32, { max: 32 }),
];

/** Shapes by their first two characters: one look-up rejects nearly every position of ordinary text. */
const PAIRS = 128 * 128;
const shapesByPair: readonly (readonly Shape[])[] = groupByPair();
const pairIndex: Uint8Array = indexPairs();

function pairOf(prefix: string): number {
  return prefix.charCodeAt(0) * 128 + prefix.charCodeAt(1);
}

function groupByPair(): readonly (readonly Shape[])[] {
  const groups = new Map<number, Shape[]>();
  for (const one of SHAPES) groups.set(pairOf(one.prefix), [...(groups.get(pairOf(one.prefix)) ?? []), one]);
  return [[], ...groups.values()];
}

function indexPairs(): Uint8Array {
  const index = new Uint8Array(PAIRS);
  shapesByPair.forEach((group, at) => {
    if (group[0] !== undefined) index[pairOf(group[0].prefix)] = at;
  });
  return index;
}

export interface Token {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** The first token that begins in [from, to), a word or its beginning, in text that ends at `end`. */
export function findToken(scan: Scan, from: number, to: number, end: number): Token | undefined {
  const { text } = scan;
  for (let at = from; at < to - 1; at++) {
    const first = text.charCodeAt(at);
    const second = text.charCodeAt(at + 1);
    if (first > 127 || second > 127) continue;
    const group = pairIndex[first * 128 + second] ?? 0;
    if (group === 0) continue;
    const found = tokenAt(scan, at, end, shapesByPair[group] ?? [], at === from);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tokenAt(scan: Scan, at: number, end: number, shapes: readonly Shape[], begins: boolean): Token | undefined {
  const { text } = scan;
  const boundary = begins || (classAt(text, at - 1) & ALNUM) === 0;
  for (const one of shapes) {
    if (!boundary && one.anywhere !== true) continue;
    if (!text.startsWith(one.prefix, at)) continue;
    const bodyEnd = bodyOf(scan, at + one.prefix.length, end, one);
    if (bodyEnd > 0) return { kind: one.kind, start: at, end: bodyEnd };
  }
  return undefined;
}

/** What tells a token from a name shows within so many characters. */
const JUDGED = 128;

/** Where the body ends, or 0 if it is none. */
function bodyOf(scan: Scan, from: number, end: number, { body, min, max, dotted: goesOn }: Shape): number {
  const { text } = scan;
  const judged =
    goesOn === true ? overDots(text, from, Math.min(end, from + JUDGED), body) : runEnd(text, from, Math.min(end, from + JUDGED), body);
  spend(scan, judged - from);
  const length = judged - from;
  if (length < min || (max !== undefined && length > max)) return 0;
  if ((classesIn(text, from, judged) & DIGIT) === 0 && longestRun(text, from, judged) < LONG_RUN) return 0;
  if (max !== undefined) return judged;
  // what is glued to the body by `-` or `_` belongs to the same word, and is hidden with it
  const stop = goesOn === true ? overDots(text, judged, end, body | WORD) : runEnd(text, judged, end, body | WORD);
  spend(scan, stop - judged);
  return stop;
}

const LONG_RUN = 20;

function overDots(text: string, from: number, end: number, body: number): number {
  let at = runEnd(text, from, end, body);
  while (at < end - 1 && text.charCodeAt(at) === 0x2e && (classAt(text, at + 1) & body) !== 0) at = runEnd(text, at + 1, end, body);
  return at;
}

function longestRun(text: string, from: number, to: number): number {
  let longest = 0;
  let run = 0;
  for (let at = from; at < to; at++) {
    run = ((CLASS[text.charCodeAt(at)] ?? 0) & ALNUM) === 0 ? 0 : run + 1;
    if (run > longest) longest = run;
  }
  return longest;
}
