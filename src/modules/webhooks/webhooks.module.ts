import './webhook.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookDocs } from '../../kernel/openapi/webhook-docs.port.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { ClearEndpointJob } from './clear-endpoint.job.js';
import { DeliveryAttempts } from './delivery-attempts.service.js';
import { DeliveryDispatcher } from './delivery-dispatcher.service.js';
import { DeliveryMeters } from './delivery-meters.js';
import { EndDeliveriesJob } from './end-deliveries.job.js';
import { EndpointHealth } from './endpoint-health.service.js';
import { FanOutJob } from './fan-out.job.js';
import { RecoverJob } from './recover.job.js';
import { WebhookFacet } from './webhook.facet.js';
import { WebhookAttemptRepository } from './webhook-attempt.repository.js';
import { WebhookConfigurationFacet } from './webhook-configuration.facet.js';
import { WebhookDeliveryController } from './webhook-delivery.controller.js';
import {
  WebhookAttemptEntity,
  WebhookDeliveryEntity,
  WebhookRecoveryEntity,
} from './webhook-delivery.entity.js';
import { WebhookDeliveryFacet } from './webhook-delivery.facet.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookDeliveryService } from './webhook-delivery.service.js';
import { EventWebhookDocs } from './webhook-docs.service.js';
import { WebhookEndpointController } from './webhook-endpoint.controller.js';
import { WebhookEndpointEntity, WebhookQueueEntity, WebhookSecretEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookEndpointService } from './webhook-endpoint.service.js';
import { WebhookPayloads } from './webhook-payload.service.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';
import { WebhookRecoveryRepository } from './webhook-recovery.repository.js';
import { WebhookRecoveries } from './webhook-recovery.service.js';
import { WebhookSecretRepository } from './webhook-secret.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

/**
 * Tells the servers that a project names of what happens in it. Every event of a committed mutation is delivered at least
 * once to each endpoint that is subscribed to it, or shows in the endpoint's log as failed.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([WebhookEndpointEntity, WebhookSecretEntity, WebhookQueueEntity]),
    TypeOrmModule.forFeature([WebhookDeliveryEntity, WebhookAttemptEntity, WebhookRecoveryEntity]),
    ProjectsModule,
    TeamsModule,
    NotificationsModule,
  ],
  controllers: [WebhookEndpointController, WebhookDeliveryController],
  providers: [
    ...[WebhookEndpointRepository, WebhookSecretRepository, WebhookQueueRepository],
    ...[WebhookDeliveryRepository, WebhookAttemptRepository, WebhookRecoveryRepository],
    ...[WebhookEndpointService, WebhookSecrets, WebhookDeliveryService, WebhookRecoveries, WebhookPayloads],
    ...[DeliveryDispatcher, DeliveryAttempts, DeliveryMeters, EndpointHealth],
    ...[FanOutJob, RecoverJob, ClearEndpointJob, EndDeliveriesJob],
    ...[WebhookFacet, WebhookDeliveryFacet, WebhookConfigurationFacet],
    { provide: WebhookDocs, useClass: EventWebhookDocs },
  ],
})
export class WebhooksModule {}
