import { z } from 'zod';
import type { ProjectFigure } from '../../kernel/facets/figures.js';
import { PROMOTION_STATES, type PromotionStanding } from '../../kernel/facets/promotions.port.js';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import {
  country,
  email,
  id,
  instant,
  like,
  longText,
  shown,
  text,
  toWire,
} from '../../kernel/http/schemas.js';
import { phrase } from '../../kernel/http/validation-phrases.js';
import type { User } from '../users/user.dto.js';
import type { ProjectEntity } from './project.entity.js';

const status = z.enum(['new', 'activated', 'suspended', 'deleted']);
const environment = z.enum(['sandbox', 'production']);
const count = z.number().int();
/** What the team's list shows of the owner too, and hides with it. */
const ofMember = (field: 'email' | 'name', example: string) =>
  like(example).meta({ 'x-also-attribute': `member.${field}` });

export const Project = z
  .object({
    id: id('prj'),
    // Without these nobody could tell which project they work in, and why something is refused.
    name: like('Acme sandbox').meta({ 'x-structural': true }),
    status: status.meta({ 'x-structural': true }),
    environment: environment.meta({ 'x-structural': true }),
    purpose: like('Billing integration').nullable(),
    country: shown.country.nullable().describe('ISO 3166-1 alpha-2.'),
    description: like('Where the integration is tried out.').nullable(),
    owner: z.object({
      id: id('usr'),
      email: ofMember('email', 'ada@example.com'),
      name: ofMember('name', 'Ada Lovelace'),
    }),
    team_size: count,
    api_key_count: count,
    customer_count: count,
    verified: z.boolean(),
    verified_at: instant.nullable(),
    organization_id: id('org'),
    created_at: instant,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof Project>;

export const projectFields = {
  name: text(100, 'Acme sandbox'),
  description: longText(2_000).nullable().optional(),
  country: country.nullable().optional(),
  purpose: text(200).nullable().optional(),
};

export const CreateProject = z
  .strictObject({
    ...projectFields,
    environment: environment.default('sandbox').describe('Cannot be changed later.'),
    organization_id: z.string().max(40).optional().describe("Defaults to the owner's personal organization."),
    owner_id: z.string().max(40).optional().describe('For platform admins: who owns it.'),
    owner_email: email.optional().describe('For platform admins, instead of `owner_id`.'),
  })
  .refine(({ owner_id, owner_email }) => owner_id === undefined || owner_email === undefined, {
    path: ['owner_email'],
    error: phrase('must not be sent together with owner_id', 'Send one of the two.'),
  })
  .meta({
    id: 'CreateProject',
    examples: [{ name: 'Acme sandbox', purpose: 'Billing integration', country: 'DE' }],
  });
export type CreateProject = z.output<typeof CreateProject>;

export const ListProjects = z.strictObject({
  ...listQuery(),
  status: status
    .optional()
    .describe('Without it, all except deleted ones. Only platform admins see deleted projects.'),
  environment: environment.optional(),
  organization_id: z.string().max(40).optional(),
  q: searchQuery,
});
export type ListProjects = z.output<typeof ListProjects>;

export const ProjectPage = pageOf(Project, 'ProjectPageBase')
  .extend({
    counts: z
      .object({ all: count, new: count, activated: count, suspended: count })
      .describe('How many match the search, by status.'),
  })
  .meta({ id: 'ProjectPage' });
export type ProjectPage = z.infer<typeof ProjectPage>;

export const ProjectRecord = z
  .object({
    project: Project,
    owner: z.object({
      id: id('usr'),
      email: ofMember('email', 'ada@example.com'),
      first_name: ofMember('name', 'Ada'),
      name: ofMember('name', 'Lovelace'),
      phone: shown.phone.nullable(),
      country: shown.country.nullable(),
      status,
      created_at: instant,
    }),
    verification: z
      .object({
        verified: z.boolean(),
        verified_at: instant.nullable(),
        verified_by: id('usr').nullable(),
      })
      .meta({ 'x-resource': 'project' }),
    environment: z
      .object({
        environment,
        promotion_state: z.enum(PROMOTION_STATES),
        serving_keys: count.describe('API keys that can be used now.'),
        webhook_targets: count,
        threshold_alerts: count,
        media_files: count,
        media_bytes: count,
        drifted: z.boolean().describe('Whether its configuration differs from its pair.'),
      })
      .meta({ 'x-resource': 'project' }),
  })
  .meta({ id: 'ProjectRecord', 'x-resource': 'project' });
export type ProjectRecord = z.infer<typeof ProjectRecord>;

type Figures = Partial<Record<ProjectFigure, number>>;

export function toProject(row: ProjectEntity, owner: User, figures: Figures): Project {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    environment: row.environment,
    purpose: row.purpose,
    country: row.country,
    description: row.description,
    owner: { id: owner.id, email: owner.email, name: `${owner.first_name} ${owner.name}` },
    team_size: figures.team_size ?? 0,
    api_key_count: figures.api_key_count ?? 0,
    customer_count: figures.customer_count ?? 0,
    verified: row.verified_at !== null,
    verified_at: toWire(row.verified_at),
    organization_id: row.organization_id,
    created_at: row.created_at.toISOString(),
  };
}

export function toProjectRecord(
  row: ProjectEntity,
  owner: User,
  figures: Figures,
  promotion: PromotionStanding,
): ProjectRecord {
  const project = toProject(row, owner, figures);
  const { id, email: address, first_name, name, phone, country: from, created_at } = owner;
  return {
    project,
    owner: { id, email: address, first_name, name, phone, country: from, status: owner.status, created_at },
    verification: {
      verified: project.verified,
      verified_at: project.verified_at,
      verified_by: row.verified_by,
    },
    environment: {
      environment: row.environment,
      promotion_state: promotion.state,
      serving_keys: figures.serving_keys ?? 0,
      webhook_targets: figures.webhook_targets ?? 0,
      threshold_alerts: figures.threshold_alerts ?? 0,
      media_files: figures.media_files ?? 0,
      media_bytes: figures.media_bytes ?? 0,
      drifted: promotion.drifted,
    },
  };
}
