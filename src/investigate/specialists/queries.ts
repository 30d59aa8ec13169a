/** What specialists want to be asked of the telemetry, for one target. Whoever asks has the budget; these are the questions in their order. */
import type { Specialist } from './load.ts';
import { fillQuery, type QueryTarget } from './queryTemplate.ts';

export interface WantedQuery {
  readonly specialist: string;
  /** Name within the specialist; rules read its value as `evidence.metrics.NAME`. */
  readonly name: string;
  readonly source: 'metrics' | 'logs';
  readonly query: string;
  readonly description: string;
}

/** Queries whose placeholders the target cannot fill are left out; the same query of two specialists stands there twice. */
export function queriesOf(specialists: readonly Specialist[], target: QueryTarget): readonly WantedQuery[] {
  return specialists.flatMap(({ name: specialist, evidence }) =>
    evidence.flatMap(({ name, source, query, description }) => {
      const filled = fillQuery(query, target);
      return filled === undefined ? [] : [{ specialist, name, source, query: filled, description }];
    }),
  );
}
