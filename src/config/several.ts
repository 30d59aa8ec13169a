/** A list of named instances of one kind of source, each name once. */
import { z } from 'zod';

export const several = <T extends z.ZodType<{ readonly name: string }>>(one: T) =>
  z
    .array(one)
    .max(20)
    .default([])
    .check(({ value, issues }) => {
      for (const [index, { name }] of value.entries()) {
        const isTaken = value.findIndex((other) => other.name === name) < index;
        if (isTaken)
          issues.push({
            code: 'custom',
            message: `${JSON.stringify(name)} is the name of another one; give each its own`,
            input: value,
            path: [index, 'name'],
          });
      }
    });
