/** Where the source of applications is found: Git hosts that are asked by their API, and the repositories of images that do not say theirs. */
import { z } from 'zod';

export const gitHubs = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(63).default('github').describe('Name, for messages.'),
      url: z
        .url({ protocol: /^https?$/u, error: 'is no address of http or https; write https://api.github.com, or https://host/api/v3' })
        .default('https://api.github.com')
        .describe('Address of the REST API.'),
      repositories: z
        .array(z.url({ protocol: /^https?$/u, error: 'is no address; write one like https://github.com/shop' }))
        .min(1, 'is empty; name what may be read')
        .max(100)
        .describe('Beginnings of the addresses that may be read, in whole segments. What an annotation on a pod names beyond them is not.'),
      tokenFile: z
        .string()
        .min(1, 'is empty; write the path of a file')
        .optional()
        .describe('File with a token that may read; read again for each call.'),
    }),
  )
  .max(10)
  .default([])
  .describe('GitHub, or GitHub Enterprise Servers: asked for repositories that no Git credential covers.');

export const applications = z
  .array(
    z.strictObject({
      image: z.string().min(1).max(500).describe('Name of an image without its tag; all below it counts too.'),
      repository: z
        .url({ protocol: /^(?:https?|ssh)$/u, error: 'is no address of a repository; write https://host/path' })
        .describe('Its repository.'),
    }),
  )
  .max(500)
  .default([])
  .describe('Repositories of images whose objects do not name them (org.opencontainers.image.source).');
