/** Runbooks as resources, by the reason that a diagnosis gives. They hold nothing of this cluster: whoever is let in may read them. */
import { closest } from '../analysis/similarity.ts';
import { ToolError } from '../tools/errors.ts';
import type { Runbook } from '../tools/runbooks/builtIn.ts';
import type { ResourceKind } from './resources.ts';

const MOST_NEAR = 3;

/** Not listed: there are many, and the one that is needed is named by a diagnosis, or completed. */
export function runbookKind(runbooks: readonly Runbook[]): ResourceKind {
  const byName = new Map(runbooks.map((runbook) => [runbook.name, runbook]));
  return {
    scheme: 'runbook',
    uriTemplate: 'runbook://{reason}',
    title: 'Runbook',
    description: 'What the reason of a root cause or finding means, such as ContainerOutOfMemory: what to do now, and what prevents it.',
    mimeType: 'text/markdown',
    read: async (name) => {
      const runbook = byName.get(name);
      if (runbook !== undefined) return runbook.markdown;
      const near = closest(name, [...byName.keys()], MOST_NEAR);
      throw new ToolError(
        'NotFound',
        `There is no runbook ${name.slice(0, 64)}${near.length === 0 ? '.' : `; did you mean ${near.join(' or ')}?`}`,
      );
    },
    complete: async () => [...byName.keys()],
  };
}
