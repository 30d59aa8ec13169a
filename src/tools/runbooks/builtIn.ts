/** What Agent-SRE itself knows of each thing that it finds wrong, as a runbook: what it means, what to do now, what prevents it. */
import { type FindingReason, findingReasonGroups } from '../../crds/reasons.ts';
import { ADVICE } from '../../investigate/advice.ts';

export interface Runbook {
  /** The reason of a finding, such as `ContainerOutOfMemory`. */
  readonly name: string;
  readonly title: string;
  readonly markdown: string;
}

export function builtInRunbooks(): readonly Runbook[] {
  return Object.entries(findingReasonGroups).flatMap(([group, reasons]) =>
    Object.entries(reasons).map(([name, meaning]) => ({
      name,
      title: meaning,
      markdown: textOf(name as FindingReason, { group, meaning, others: Object.keys(reasons).filter((other) => other !== name) }),
    })),
  );
}

interface Context {
  readonly group: string;
  readonly meaning: string;
  readonly others: readonly string[];
}

function textOf(name: FindingReason, { group, meaning, others }: Context): string {
  const { now, prevention, category } = ADVICE[name];
  const sections = [
    `# ${name}`,
    meaning,
    '## Now',
    now,
    '## So that it does not happen again',
    prevention,
    '## Not to be mixed up with',
    `${group} (${category}): ${others.join(', ') || 'nothing else'}.`,
  ];
  return `${sections.join('\n\n')}\n`;
}
