import type { FastifyReply } from 'fastify';

/**
 * Says that an answer is a file to be kept, never a page: whatever stands in it, no browser shows it.
 * The name is told in both forms of RFC 6266, without what could end a header or climb a path.
 */
export function attachment(reply: FastifyReply, name: string, type: string): FastifyReply {
  const plain =
    name
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(-120) || 'file';
  const full = encodeURIComponent(name.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_')).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${full}`)
    .header('content-security-policy', "default-src 'none'; sandbox");
}
