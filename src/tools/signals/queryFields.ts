/** Fields that the tools of queries share. */
import { z } from 'zod';

/** Absent and empty mean the same: callers send both. */
export const optionalText = (most: number) =>
  z
    .string()
    .max(most)
    .transform((text) => (text.trim() === '' ? undefined : text.trim()))
    .optional();

export const queryField = optionalText(8_000);
export const sourceField = optionalText(253).describe('Name of one configured source, where there are several; absent: all of them.');
export const serviceField = optionalText(300).describe('A workload or Service, as cart or shop/cart.');
