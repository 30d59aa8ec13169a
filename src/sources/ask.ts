/** Asks a source and checks what it answers by schema: what does not fit is Malformed, and says which source and which call it was. */
import type { z } from 'zod';
import { SourceError } from './gap.ts';
import type { AskOptions, Endpoint, HttpSource } from './http.ts';

export type Ask = <T>(schema: z.ZodType<T>, path: string, options: AskOptions, signal: AbortSignal | undefined) => Promise<T>;

/** @param whose as messages say it: "Prometheus'" */
export function createAsk(http: HttpSource, endpoint: Endpoint, whose: string, reasonOf?: AskOptions['reasonOf']): Ask {
  return async (schema, path, options, signal) => {
    const { json } = await http.ask(endpoint, path, { reasonOf, ...options }, signal);
    return checked(schema, json, `${endpoint.name}: its answer to ${path} is not ${whose}`);
  };
}

/** Some proxies refuse longer addresses. */
const LONGEST_ADDRESS = 6_000;

/** In the address, which proxies may demand; what is too long for one goes by POST. */
export function sent(parameters: Readonly<Record<string, string>>): AskOptions {
  const query = new URLSearchParams(parameters);
  return query.toString().length > LONGEST_ADDRESS ? { body: query } : { query };
}

/** @param complaint what the error says when it does not fit */
export function checked<T>(schema: z.ZodType<T>, json: unknown, complaint: string): T {
  const answer = schema.safeParse(json);
  if (answer.success) return answer.data;
  const excess = answer.error.issues.find((issue) => issue.code === 'too_big' && issue.origin === 'array');
  if (excess !== undefined)
    throw new SourceError('TooLarge', `${complaint}, or has more entries than are looked at`, { cause: answer.error });
  throw new SourceError('Malformed', complaint, { cause: answer.error });
}
