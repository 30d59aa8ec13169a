/** What names a place in Slack. */
import { z } from 'zod';

export const channel = () =>
  z
    .string()
    .trim()
    .regex(/^#?[\p{L}\p{N}_-]{1,80}$/u, 'is neither an id such as C0123456789 nor a name such as #alerts')
    .describe('Id of the channel such as C0123456789, or its name such as #alerts.');

export const threadTs = () =>
  z
    .string()
    .trim()
    .regex(/^[0-9]{1,12}\.[0-9]{1,6}$/u, 'is not the ts of a message; it looks like 1764408123.000100')
    .describe('The ts of the thread’s first message, such as 1764408123.000100.');
