/** Where MCP is served, besides the port of REST. */
import { z } from 'zod';
import { port } from './http.ts';

export const mcpSettings = z
  .strictObject({
    host: z.string().min(1).optional().describe('Address to listen on; absent: http.host.'),
    port: port().default(30_120).describe('Port of the MCP server with all tools; 0 lets the system choose.'),
    jamiePort: port()
      .default(30_121)
      .describe('Port of Jamie’s MCP server, which has what the assistant is asked; 0 lets the system choose.'),
  })
  .prefault({})
  .describe('Where programs and IDEs reach it over MCP.');
