/** What answers of several hosts have in common. */
import { z } from 'zod';

export const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/u);
export const user = z.object({ login: z.string().max(255) });
/** Shown to people, so it has to be an address of the web. */
export const webUrl = z.url({ protocol: /^https?$/u }).max(2048);

interface Given {
  readonly by: string | undefined;
  readonly state: string;
  /** Whether it is about the commit in question. */
  readonly counts: boolean;
}

interface Words {
  readonly approved: string;
  /** States that leave what somebody has said before. */
  readonly silent: readonly string[];
}

/** Who approves, of reviews in their order: the last word of each counts. */
export function latestVerdicts(reviews: readonly Given[], { approved, silent }: Words): readonly string[] {
  const last = new Map<string, boolean>();
  for (const { by, state, counts } of reviews) {
    if (by !== undefined && by !== '' && !silent.includes(state)) last.set(by, state === approved && counts);
  }
  return [...last].filter(([, isApproval]) => isApproval).map(([by]) => by);
}
