/** What the APIs of Git hosts have in common: a token, ETags, and answers of a bad day on demand. */
import { createHash } from 'node:crypto';
import { type Ask, type StandIn, startStandIn, type Told } from './standin.ts';

export interface HostApi extends StandIn {
  /** How the next requests are answered. */
  misbehave(told: Told, times?: number): void;
}

export interface HostApiOptions {
  readonly token: string;
  /** How the host words a refusal. */
  readonly refusal: (message: string) => unknown;
  readonly answer: (ask: Ask, json: Readonly<Record<string, unknown>>) => Told;
}

export async function startHostApi({ token, refusal, answer }: HostApiOptions): Promise<HostApi> {
  const pranks: Told[] = [];
  const standIn = await startStandIn((ask) => {
    const prank = pranks.shift();
    if (prank !== undefined) return prank;
    if (ask.headers.authorization !== `Bearer ${token}`) return { status: 401, body: refusal('401 Unauthorized') };
    const told = answer(ask, ask.body === '' ? {} : (JSON.parse(ask.body) as Record<string, unknown>));
    if (ask.method !== 'GET' || told.status !== 200) return told;
    const etag = `W/"${createHash('sha256').update(JSON.stringify(told.body)).digest('hex')}"`;
    return ask.headers['if-none-match'] === etag
      ? { status: 304, body: '', headers: { etag } }
      : { ...told, headers: { ...told.headers, etag } };
  });
  return { ...standIn, misbehave: (told, times = 1) => pranks.push(...Array.from({ length: times }, () => told)) };
}
