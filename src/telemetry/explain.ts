/** An error and its causes in one sentence for people, outermost first; what a cause only repeats is left out. */
const DEEPEST = 6;

export function explain(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at !== undefined && at !== null && depth < DEEPEST; depth += 1) {
    const message = at instanceof Error ? at.message : textOf(at);
    if (message !== '' && !parts.some((part) => part.includes(message))) parts.push(message);
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join(': ');
}

const textOf = (thrown: unknown): string => (typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? ''));
