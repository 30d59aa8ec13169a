/** Addresses that people write into a configuration, and what is wrong with them. */
import { z } from 'zod';

export const httpUrl = () =>
  z.string().check((context) => {
    const wrong = whatIsWrongWithUrl(context.value);
    if (wrong !== undefined) context.issues.push({ code: 'custom', message: wrong, input: context.value });
  });

function whatIsWrongWithUrl(value: string): string | undefined {
  const shown = JSON.stringify(value);
  if (!/^[a-z][a-z0-9+.-]*:\/\//iu.test(value)) return `${shown} has no scheme; write http://${value}`;
  if (!URL.canParse(value)) return `${shown} is not a URL; write one like http://prometheus:9090`;
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:') return `${shown} is not of http or https`;
  if (username !== '' || password !== '')
    return 'has a user name or password in it; put a token into a file and name it in bearerTokenFile';
  return undefined;
}
