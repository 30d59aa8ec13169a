/** POST to a daemon of our own; an answer other than 2xx is an error that holds its text. */
import { fetch } from 'undici';

const TIMEOUT_MS = 10_000;

export async function post(url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const content =
    body === undefined ? { headers } : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, { method: 'POST', ...content, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    throw new Error(`POST ${url}`, { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status}: ${text.slice(0, 500)}`);
  return text;
}
