/** Fields that several tools of the cluster take. */
import { z } from 'zod';
import { LABEL_NAME, POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';

/** Absent, empty and `*` mean all namespaces. */
export const namespaceField = z
  .string()
  .trim()
  .transform((name) => (name === '' || name === '*' ? undefined : name))
  .refine((name) => name === undefined || LABEL_NAME.test(name), 'is not the name of a namespace; use a to z, 0 to 9 and -')
  .optional();

export const nameField = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .refine((name) => POSSIBLE_OBJECT_NAME.test(name) || /^[\w:.-]+$/u.test(name), 'is not the name of an object')
  .optional();

export const selectorField = z.string().trim().min(1).max(1_000).optional();
