/** Entries of the audit, and what verifying it has found, for people. */
import type { Entry } from '../../audit/entry.ts';
import type { Verification } from '../../audit/verify.ts';
import { moment } from '../../text/age.ts';
import { cut, indented, wrapped } from '../../text/layout.ts';
import type { Page } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import type { Style } from '../../text/style.ts';

/** Two lines: when, what and who; about what, and the words. */
export function entryLines({ at, event, outcome, who, subject, message }: Entry, { style, width }: Page): readonly string[] {
  const when = moment(at).slice(0, 19);
  const on = subject === undefined ? '' : `${subject.kind} ${subject.name}: `;
  const by = cut(oneLine(who), Math.max(10, width - 53));
  return [
    `${style.dim(when)}  ${event.padEnd(20)} ${paintOf(outcome, style)(outcome.padEnd(8))} ${by}`,
    cut(`  ${oneLine(`${on}${message}`)}`, width),
  ];
}

function paintOf(outcome: Entry['outcome'], style: Style): (text: string) => string {
  switch (outcome) {
    case 'Done':
      return style.green;
    case 'Refused':
      return style.yellow;
    case 'Failed':
      return style.red;
    case 'Intended':
    case 'Noted':
      return style.dim;
    default:
      return outcome satisfies never;
  }
}

/** @param elsewhere what other places say that the chains don't */
export function verificationLines(
  verified: readonly Verification[],
  elsewhere: readonly string[],
  { isTrusted }: { readonly isTrusted: boolean },
  page: Page,
): readonly string[] {
  const { style, width } = page;
  const others = elsewhere.flatMap((problem) => problemLines(problem, style, width));
  return [
    ...verified.flatMap((chain) => chainLines(chain, isTrusted, page)),
    ...(others.length === 0 ? [] : [style.bold('beside the chains'), ...others]),
  ];
}

function chainLines(
  { chain, entries, segments, signedBy, problems }: Verification,
  isTrusted: boolean,
  { style, width }: Page,
): readonly string[] {
  const [first, last] = [entries.at(0), entries.at(-1)];
  const span = first === undefined ? '' : `, since ${moment(first.at)}`;
  const counted = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} in ${segments} ${segments === 1 ? 'segment' : 'segments'}${span}`;
  return [
    `${style.bold(chain)}  ${counted}`,
    ...(problems.length === 0
      ? [`  ${style.green('✓')} whole${last === undefined ? '' : `; ends with entry ${last.seq}`}`]
      : problems.flatMap((problem) => problemLines(problem, style, width))),
    ...(last === undefined ? [] : [style.dim(`    ${last.hash}`)]),
    ...indented(signatureLines(signedBy, isTrusted, width - 4), 4),
    '',
  ];
}

function signatureLines(signedBy: string | undefined, isTrusted: boolean, width: number): readonly string[] {
  if (signedBy === undefined)
    return wrapped(
      'Not signed: whoever may write as the operator could have written all of it anew. Set audit.signingKeyFile, and keep the hash above elsewhere.',
      width,
    );
  return wrapped(`Signed by ${signedBy}${isTrusted ? '.' : ', as it says itself; --public-key FILE makes sure that it is yours.'}`, width);
}

function problemLines(problem: string, style: Style, width: number): readonly string[] {
  const [first = '', ...rest] = wrapped(oneLine(problem), width - 4);
  return [`  ${style.red('✗')} ${first}`, ...indented(rest, 4)];
}
