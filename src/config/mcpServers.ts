/**
 * MCP servers whose read-only tools an investigation may call: where each is, which tools by name, and how much.
 *
 * A preset brings the names of a well-known server's tools (`src/sources/mcp/presets.ts`); `tools` takes their place.
 */
import { z } from 'zod';
import { several } from './several.ts';

export const MCP_PRESET_NAMES = ['aws-cloudwatch', 'aws-eks', 'github', 'mongodb', 'grafana'] as const;

const path = () => z.string().min(1, 'is empty; write the path of a file').max(4096);
const variables = <T extends z.ZodType>(value: T) =>
  z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/u), value, {
    error: (issue) => (issue.code === 'invalid_key' ? 'is no name of a variable' : undefined),
  });

const hasUserInfo = (url: string): boolean => URL.canParse(url) && (new URL(url).username !== '' || new URL(url).password !== '');

const mcpServer = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/u, 'is no name; use a to z, 0 to 9 and -, at most 63 characters')
      .describe('Name, for messages and evidence.'),
    url: z
      .url({ protocol: /^https?$/u, error: 'is no address of http or https; write one like https://mcp.example.com/mcp' })
      .optional()
      .describe('Address of a server that speaks Streamable HTTP.'),
    headers: z.record(z.string().min(1).max(100), z.string().max(1000)).optional().describe('Headers that are sent along; no secrets.'),
    bearerTokenFile: path().optional().describe('File with a token that is sent along; read anew for each session.'),
    command: z.string().min(1).max(4096).optional().describe('Program that is run and speaks over its standard streams.'),
    args: z.array(z.string().max(4096)).max(100).default([]).describe('Its arguments.'),
    environment: variables(z.string().max(4096)).default({}).describe('Its environment; no secrets.'),
    environmentFiles: variables(path()).default({}).describe('Variables whose values are the contents of files.'),
    preset: z.enum(MCP_PRESET_NAMES).optional().describe('Well-known server: its read-only tools are allowed.'),
    tools: z
      .array(z.string().regex(/^[\w./-]{1,128}$/u, 'is no name of a tool'))
      .min(1, 'is empty; name the tools that may be called')
      .max(100)
      .optional()
      .describe('Tools that may be called, by name; only ones that read. Takes the place of the preset’s.'),
    maxCalls: z.int().min(1).max(100).default(10).describe('Calls in one investigation.'),
    timeoutSeconds: z.int().min(1).max(60).default(10).describe('Time that a call may take.'),
    maxKilobytes: z.int().min(16).max(8192).default(1024).describe('Size that an answer may have.'),
  })
  .check(({ value, issues }) => {
    const complain = (message: string, at: string): void => void issues.push({ code: 'custom', message, input: value, path: [at] });
    if ((value.url === undefined) === (value.command === undefined)) complain('write either url or command', 'url');
    if (value.preset === undefined && value.tools === undefined)
      complain('is missing; name the tools that may be called, or a preset', 'tools');
    const isHttp = value.url !== undefined;
    if (value.url !== undefined && hasUserInfo(value.url))
      complain('has a user name or password in it; put a token into a file and name it in bearerTokenFile', 'url');
    if (isHttp && (value.args.length > 0 || Object.keys(value.environmentFiles).length > 0))
      complain('is for a command, and this is a url', 'args');
    if (!isHttp && value.bearerTokenFile !== undefined)
      complain('is for a url; give a command its token by environmentFiles', 'bearerTokenFile');
  });

export const mcpServers = several(mcpServer).describe('MCP servers whose read-only tools are asked.');
