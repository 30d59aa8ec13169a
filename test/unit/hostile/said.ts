/** What must hold of all that an investigation says, whatever it read. */
import { investigationStatus } from '../../../src/crds/investigation.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import { textsIn } from './path.ts';

const QUOTED = /“[^”]*”/gu;
/** What no sentence of ours has, wherever it came from: line breaks are in evidence, nowhere else. */
const UNFIT = /[\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]|[^\P{Cc}\t\n]/u;

/** @param mark may stand in quotation marks alone; undefined where it may stand anywhere */
export function wronglySaid(
  result: InvestigationResult,
  mark: string | undefined,
  more: { readonly said?: readonly string[]; readonly stored?: readonly string[] } = {},
): string[] {
  const sentences = [
    ...(more.said ?? []),
    ...result.findings.map(({ message }) => message),
    ...result.hypotheses.map(({ statement }) => statement),
    ...textsIn(result.report).filter((text) => text !== result.report.alert),
  ];
  const unquoted = mark === undefined ? [] : sentences.filter((text) => text.replace(QUOTED, '').includes(mark));
  const parsed = investigationStatus.safeParse({ ...result });
  return [
    ...unquoted.map((text) => `said without quotation marks: ${text}`),
    ...sentences.filter((text) => text.length > 4096).map((text) => `too long: ${text.slice(0, 200)}`),
    ...[...sentences, ...textsIn(result), ...(more.stored ?? [])]
      .filter((text) => UNFIT.test(text))
      .map((text) => `not clean: ${JSON.stringify(text.slice(0, 300))}`),
    ...(parsed.success ? [] : [`does not fit the schema: ${parsed.error.message.slice(0, 300)}`]),
  ];
}
