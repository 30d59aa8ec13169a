/**
 * What a plan can say of one action: its parameters, with the bounds that the API server holds them to, and how they read for whoever approves.
 *
 * Parameters are enums, bounded numbers, and names that the executor resolves live. What an action does is in `src/remediate/catalogue`.
 */
import { z } from 'zod';

export interface ActionDefinition<P extends z.ZodObject = z.ZodObject> {
  /** One sentence for people. */
  readonly summary: string;
  /** Absent: the action's target says it all. */
  readonly parameters?: P;
  inWords?(parameters: z.infer<P>): string;
}

export function defineAction<P extends z.ZodObject>(definition: Required<ActionDefinition<P>>): Required<ActionDefinition<P>> {
  return definition;
}

/** A DNS-1123 subdomain, as names of objects are. */
export const objectName = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u);
/** A key of a ConfigMap. */
export const configKey = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/u);
export const containerName = () => z.string().min(1).max(63).describe('Container in the pod template.');
export const revisionNumber = () => z.int().min(1);
export const portNumber = () => z.int().min(1).max(65_535);

/** `values` that are set, in words. */
export const listed = (...values: readonly (string | undefined | false)[]): string =>
  values.filter((value) => typeof value === 'string').join(', ');

/** When a person has to look at what is left behind. */
export const reviewAfterSeconds = () =>
  z.int().min(600).max(604_800).describe('After this long it counts as overdue that nobody has ended it.');
