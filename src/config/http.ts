/** What a process serves, where, and to whom: addresses, ports, the names that it goes by. */
import { z } from 'zod';
import { httpUrl } from './url.ts';

export const port = () =>
  z
    .int('is not a port; write a whole number from 0 to 65535')
    .min(0, 'is not a port; write a number from 0 to 65535')
    .max(65_535, 'is not a port; write a number from 0 to 65535');
const origin = () =>
  z
    .string()
    .regex(/^https?:\/\/[^/\s]{1,255}$/iu, 'is not an origin; write scheme and host without a path, such as https://sre.example.org')
    .transform((text) => text.toLowerCase());

export const httpSettings = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on. Other than the loopback, a way to know senders has to be configured (auth).'),
    port: port().default(8080).describe('Port of the webhook, health and metrics; 0 lets the system choose.'),
    webhookPort: port().optional().describe('A port that serves the webhook alone, so that a NetworkPolicy can keep it for Alertmanager.'),
    publicUrl: httpUrl()
      .optional()
      .describe(
        'How programs outside call this server, as https://sre.example.org; it stands in what clients are told. Absent: as each request has it.',
      ),
    allowedHosts: z
      .array(z.string().min(1).max(253))
      .max(100)
      .default([])
      .describe(
        'Names, with a port or without, by which REST and MCP may be called. Empty: any; where http.host is the loopback, those of the loopback.',
      ),
    allowedOrigins: z
      .array(origin())
      .max(100)
      .default([])
      .describe('Origins of web pages that may call REST and MCP, such as https://sre.example.org. Empty: none but pages of this server.'),
    rateLimits: z
      .strictObject({
        callsPerMinute: z.int().min(1).max(1_000_000).default(600).describe('Calls of REST and MCP.'),
        chatsPerMinute: z.int().min(1).max(1_000_000).default(30).describe('Questions to Jamie.'),
      })
      .prefault({})
      .describe('How much each caller may ask of each replica.'),
  })
  .prefault({})
  .describe('What this process serves.');
