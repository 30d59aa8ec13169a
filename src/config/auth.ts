/** Who may send alerts, and who may ask. Secrets are named by file. */
import { z } from 'zod';
import { httpUrl } from './url.ts';

const path = () => z.string().min(1, 'is empty; write the path of a file');

const serviceAccount = () =>
  z
    .string()
    .max(317)
    .regex(
      /^[a-z0-9][-a-z0-9]{0,62}\/[a-z0-9][-.a-z0-9]{0,252}$/u,
      'is not a ServiceAccount; write namespace/name, such as monitoring/alertmanager',
    );

const header = () =>
  z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9-]+$/u, 'is not the name of a header; use letters, digits and -');

export const authSettings = z
  .strictObject({
    mode: z
      .enum(['token', 'none'])
      .default('token')
      .describe(
        '`token`: senders of alerts have to show one of the credentials below. `none` lets anybody who reaches the port send them, and ask.',
      ),
    webhookTokenFile: path().optional().describe('File with the bearer token that Alertmanager sends; read again when it changes.'),
    basic: z
      .strictObject({
        username: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^:]+$/u, 'holds a colon')
          .describe('User name.'),
        passwordFile: path().describe('File with the password; read again when it changes.'),
      })
      .optional()
      .describe('User name and password that are accepted as well.'),
    hmac: z
      .strictObject({
        secretFile: path().describe('File with the shared secret; read again when it changes.'),
        header: header().default('X-Signature-256').describe('Header with the HMAC-SHA256 of the body in hex.'),
        timestampHeader: header()
          .optional()
          .describe(
            'Header with the seconds since 1970 that are signed in front of the body, with a colon; older than five minutes is refused.',
          ),
      })
      .optional()
      .describe('Signatures that are accepted as well.'),
    serviceAccounts: z
      .array(serviceAccount())
      .max(100)
      .default([])
      .describe('ServiceAccounts whose tokens are accepted as well, as namespace/name.'),
    audiences: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(10)
      .optional()
      .describe('Audiences of which tokens of the API server need one; absent: that of the API server.'),
    apiKey: z
      .strictObject({
        keyFile: path().describe('File with the key, at least 16 characters; read again when it changes.'),
        serviceAccount: serviceAccount().describe('The ServiceAccount whose rights its bearer has, as namespace/name.'),
      })
      .optional()
      .describe('A static key that programs may show to REST and MCP in place of a token.'),
    oauth: z
      .strictObject({
        issuer: httpUrl().describe('URL of the authorization server; the API server has to trust its tokens.'),
        scopes: z.array(z.string().min(1).max(128)).max(50).default([]).describe('Scopes that a client should ask for.'),
      })
      .optional()
      .describe('Where clients of REST and MCP get a token by themselves (OAuth 2.1, RFC 9728).'),
  })
  .prefault({})
  .describe(
    'Who may call it. People and programs that call REST or MCP show a token of the API server; without one they are let in where http.host is the loopback or mode is none.',
  );
