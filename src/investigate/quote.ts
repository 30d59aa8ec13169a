/** What a stranger's text says, inside a sentence of ours: marked as a quotation, on one line, and short. */
import { cut } from '../sources/text.ts';

export const quote = (text: string, max = 240): string => `“${cut(text.trim().replace(/[“”]/gu, '"'), max)}”`;
