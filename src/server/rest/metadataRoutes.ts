/** Where clients find out how to get a token; nothing is there where no authorization server is configured. Open to every page. */
import { METADATA_PATH, type ProtectedResource, resourceMetadata } from '../auth/protectedResource.ts';
import { json, type Route } from '../route.ts';

export function metadataRoutes(resource: ProtectedResource | undefined): readonly Route[] {
  if (resource === undefined) return [];
  const headers = { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' };
  return ['', '/mcp'].map((about) => ({
    methods: ['GET'],
    path: `${METADATA_PATH}${about}`,
    answer: async (request) => json(200, resourceMetadata(request, resource), headers),
  }));
}
