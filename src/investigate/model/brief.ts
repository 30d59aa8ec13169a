/**
 * The prompt of a diagnosis, in sections that can be fitted into a window: findings first, then what is likeliest, what changed, the list of
 * evidence, and what could not be seen. Every word of a stranger stands between boundaries.
 */
import type { Abstraction } from '../../llm/abstract.ts';
import type { Section } from '../../llm/window.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Analysed } from './opinion.ts';

export function systemText(abstraction: Abstraction, guidance?: string): string {
  return [
    'You help an on-call engineer to find the root cause of a problem in Kubernetes. Rules have made findings; they are mostly right.',
    'Read evidence where it can tell more than the findings do, a few pieces at most. Then submit at most 3 hypotheses about the cause.',
    'Cite evidence ids for each, with a quote copied exactly from the evidence. Claim nothing that the evidence does not show.',
    'If the findings say it all, submit that. If nothing explains the problem, submit no hypotheses.',
    ...(guidance === undefined ? [] : [guidance]),
    abstraction.rule,
  ].join('\n');
}

const ROOM_FOR_A_LIST = 60;

export function briefSections(analysed: Analysed, abstraction: Abstraction): readonly Section[] {
  const { findings, ranked, evidence, changes = [], gaps = [], question } = analysed;
  const fenced = (label: string, lines: readonly string[]): string =>
    abstraction.fence(label, lines.map((line) => abstraction.line(line)).join('\n'));
  const section = (name: string, priority: number, lines: readonly string[], leastTokens?: number): readonly Section[] =>
    lines.length === 0 ? [] : [{ name, priority, text: fenced(name, lines), leastTokens }];
  return [
    ...(question === undefined ? [] : section('question', 1, [question])),
    ...section(
      'findings',
      0,
      findings.map(
        ({ id, reason, object, message, evidence: cited }) => `${id}: ${reason} of ${objectName(object)}: ${message} [${cited.join(', ')}]`,
      ),
      ROOM_FOR_A_LIST,
    ),
    ...section(
      'likeliest causes',
      2,
      ranked.slice(0, 3).map(({ statement, confidence }) => `${confidence} %: ${statement}`),
      ROOM_FOR_A_LIST,
    ),
    ...section('changes', 3, changes, ROOM_FOR_A_LIST),
    ...section(
      'evidence',
      4,
      evidence.map(({ id, query, summary }) => `${id}: ${query}: ${summary}`),
      ROOM_FOR_A_LIST,
    ),
    ...section(
      'not seen',
      5,
      gaps.map(({ source, message }) => `${source}: ${message}`),
      ROOM_FOR_A_LIST,
    ),
  ];
}
