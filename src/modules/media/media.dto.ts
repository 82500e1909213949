import { z } from 'zod';
import { isHidden } from '../../kernel/context/hidden-attributes.js';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { deleted, id, instant, like, shown, text, toWire } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import { redactedBy } from '../../kernel/visibility/shape.js';
import type { MediaFileEntity } from './media-file.entity.js';
import { cdnPath, withoutName } from './media-url.js';

const visibility = z.enum(['public', 'private']);
const status = z.enum(['processing', 'active', 'suspended', 'deleted']);
const name = text(255, 'Logo.png');
const count = z.number().int();
const sha256 = like('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
const example = like(
  'https://bailiwick.example.com/cdn/prj_01kaj0v7w3m6tn5x9q2e8rfyzd/med_01kaj0v7w3m6tn5x9q2e8rfyzd/Logo.png',
);

const media = z
  .object({
    id: id('med'),
    name: like('Logo.png'),
    size: count.describe('In bytes.'),
    content_type: like('image/png').describe('What the bytes are, whatever the uploader said.'),
    sha256: sha256.nullable().describe('In hexadecimal; null while the file is `processing`.'),
    width: count.nullable().describe('Of images, in pixels; null when their header does not say it.'),
    height: count.nullable(),
    status,
    visibility,
    url: example.describe(
      'Where a public file is served. Of a private one, `signed-url` makes one that works.',
    ),
    uploaded_by: z.object({
      type: z.enum(['user', 'api_key']),
      id: id('usr'),
      name: shown.fullName.meta({ 'x-also-attribute': 'member.name' }),
    }),
    created_at: instant,
  })
  .meta({ id: 'Media' });
export type Media = z.infer<typeof media>;
/** Its address holds the name, too. */
export const Media = redactedBy(media, (value, { hidden }) =>
  isHidden(hidden, 'media.name') ? { ...value, url: withoutName(value.url) } : value,
);

export const MediaPage = pageOf(Media, 'MediaPageBase')
  .extend({
    counts: z
      .object({ all: count, active: count, suspended: count, deleted: count })
      .describe('How many the project has, whatever the filters; `all` is those active or suspended.'),
    total_size: count
      .describe('Of all active and suspended files, in bytes, whatever the filters.')
      .meta({ 'x-also-attribute': 'media.size' }),
  })
  .meta({ id: 'MediaPage' });
export type MediaPage = z.infer<typeof MediaPage>;

export const ListMedia = z.strictObject({
  ...listQuery(),
  status: status.optional().describe('Without it, active and suspended files.'),
  type: z
    .string()
    .max(100)
    .toLowerCase()
    .regex(/^[a-z]+(?:\/[a-z0-9][a-z0-9.+_-]*)?$/, mustBe('a content type, or what stands before its slash'))
    .optional()
    .describe('`image`, or `image/png`.'),
  visibility: visibility.optional(),
  q: searchQuery,
});
export type ListMedia = z.output<typeof ListMedia>;

/** The form's fields beside the file. */
export const UploadFields = z.strictObject({
  visibility: visibility.default('private'),
  name: name.optional(),
});
export type UploadFields = z.output<typeof UploadFields>;

/** The form as the documents show it: Swagger UI makes fields and a button of it. */
export const UPLOAD_FORM = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary', description: 'One file.' },
    name: {
      type: 'string',
      maxLength: 255,
      // Else Swagger UI would call every file "string".
      example: '',
      description: "What the file is called; without it, or left empty, the file's own name counts.",
    },
    visibility: { type: 'string', enum: ['private', 'public'], default: 'private' },
  },
  example: { file: 'The bytes of a file', visibility: 'private' },
};

export const UpdateMedia = z
  .strictObject({ name, status: z.enum(['active', 'suspended']), visibility })
  .partial()
  .meta({ id: 'UpdateMedia', examples: [{ name: 'Logo 2026.png' }] });
export type UpdateMedia = z.output<typeof UpdateMedia>;

export const DeletedMedia = deleted('med').meta({ id: 'DeletedMedia' });

export const SignMediaUrl = z
  .strictObject({ expires_in: z.number().int().min(1).max(86_400).default(300).describe('In seconds.') })
  .prefault({})
  .meta({ id: 'SignMediaUrl', examples: [{ expires_in: 300 }] });
export type SignMediaUrl = z.output<typeof SignMediaUrl>;

const signed = z
  .object({
    url: like('https://bailiwick.example.com/cdn/…/Logo.png?expires=1796000000&signature=…'),
    expires_at: instant,
  })
  .meta({ id: 'SignedMediaUrl', 'x-resource': 'media' });
export type SignedMediaUrl = z.infer<typeof signed>;
export const SignedMediaUrl = redactedBy(signed, (value, { hidden }) =>
  isHidden(hidden, 'media.name') ? { ...value, url: withoutName(value.url) } : value,
);

export function toMedia(row: MediaFileEntity, publicUrl: string): Media {
  return {
    id: row.id,
    name: row.name,
    size: row.size,
    content_type: row.content_type,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    status: row.status as Media['status'],
    visibility: row.visibility,
    url: publicUrl + cdnPath(row),
    uploaded_by: { type: row.uploader_type, id: row.uploader_id, name: row.uploader_name },
    created_at: toWire(row.created_at),
  };
}

/** The path of a file on the CDN. */
export interface CdnPath {
  readonly prj: string;
  readonly med: string;
}

/** What a signed address has behind its path; anything may stand there, and be of any type. */
export interface SignedQuery {
  readonly expires?: unknown;
  readonly signature?: unknown;
}
