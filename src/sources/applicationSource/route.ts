/**
 * Which way leads to the source of an application: the mirror where a credential covers the repository, as it knows lines; else the
 * API of a Git host that holds it. Where neither does, the mirror's own refusal says what to configure.
 */
import type { SourcePort, SourceRef } from './port.ts';

export interface SourceWay {
  readonly port: SourcePort;
  readonly leadsTo: (repository: string) => boolean;
}

/** @param ways in the order of their worth @param last asked where none leads */
export function routedSource(ways: readonly SourceWay[], last: SourcePort): SourcePort {
  const wayTo = ({ repository }: SourceRef): SourcePort => ways.find(({ leadsTo }) => leadsTo(repository))?.port ?? last;
  return {
    compare: (before, after, limits) => wayTo(after).compare(before, after, limits),
    lastChanges: (at, lines, limits) => wayTo(at).lastChanges(at, lines, limits),
  };
}
