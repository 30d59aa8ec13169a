/**
 * The headers that an endpoint wants: bearer token, user name and password, tenant, others.
 *
 * Files are read for each call, as what is mounted from a Secret is rotated under our feet. A file that cannot be read, is empty, or
 * holds what no header can carry is a SourceError that names the file and never its content.
 */
import { readFile } from 'node:fs/promises';
import { SourceError } from '../gap.ts';
import type { Endpoint } from './endpoint.ts';

/** More is no credential, but the wrong file; bundles of certificates are large. */
const LONGEST_FILE = 2 ** 20;
const LONGEST_SECRET = 16 * 1024;

export async function headersOf(endpoint: Endpoint): Promise<Record<string, string>> {
  const { tenant, headers = [] } = endpoint;
  const [authorization, ...values] = await Promise.all([
    authorizationOf(endpoint),
    ...headers.map(({ value, valueFile }) => (valueFile === undefined ? (value ?? '') : readSecret(valueFile))),
  ]);
  return {
    ...Object.fromEntries(headers.map(({ name }, index) => [name.toLowerCase(), values[index] ?? ''])),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    ...(authorization !== undefined && { authorization }),
  };
}

async function authorizationOf({ bearerTokenFile, bearerToken, basic }: Endpoint): Promise<string | undefined> {
  if (bearerTokenFile !== undefined) return `Bearer ${await readSecret(bearerTokenFile)}`;
  if (basic !== undefined) {
    const pair = `${basic.username}:${await readSecret(basic.passwordFile)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  return bearerToken === undefined ? undefined : `Bearer ${bearerToken.trim()}`;
}

/** The content of a file without what editors and `echo` add to its end. */
async function readSecret(path: string): Promise<string> {
  const text = (await readMaterial(path)).trim();
  if (text === '') throw new SourceError('Forbidden', `its credential file ${path} is empty`);
  if (text.length > LONGEST_SECRET) throw new SourceError('Forbidden', `its credential file ${path} is too long to be one`);
  if (!isPrintable(text)) throw new SourceError('Forbidden', `its credential file ${path} holds line breaks or control characters`);
  return text;
}

export async function readMaterial(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SourceError('Forbidden', `its credential file ${path} cannot be read`, { cause });
  });
  if (text.length > LONGEST_FILE) throw new SourceError('Forbidden', `its credential file ${path} is too long to be one`);
  return text;
}

const isPrintable = (text: string): boolean => /^[\u0020-\u007e\u00a0-\u00ff]*$/u.test(text);
