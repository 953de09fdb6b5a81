// Written by `npm run openapi` from openapi/claviger.json. Do not edit.
export interface paths {
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use up a set-up link and get the admin key of an owner.
         * @description Of two that come at once, one gets a key. The answer is not repeated, not even under the same Idempotency-Key.
         */
        post: operations["completeSetup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show whose admin key this is and what it may do. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the admin keys of the workspace. */
        get: operations["listAdminKeys"];
        put?: never;
        /**
         * Make an admin key.
         * @description It may not outlive the key that makes it, nor have a higher role, nor grant apis or scopes that the other may not. A key with bounds makes no workspaces and no set-up links.
         */
        post: operations["createAdminKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one admin key. */
        get: operations["getAdminKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an admin key.
         * @description It refuses at once on this node, and on all others within the delay of the change feed. Revoking it again changes nothing.
         */
        post: operations["revokeAdminKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the workspaces that you may see. */
        get: operations["listWorkspaces"];
        put?: never;
        /**
         * Make another workspace.
         * @description Answers a one-time link for its first owner, whose key does not outlive the one that asks.
         */
        post: operations["createWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one workspace. */
        get: operations["getWorkspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change, disable or enable a workspace.
         * @description With `"disabled": true` all keys and admin keys of the workspace refuse and its open streams are cut. The first workspace cannot be disabled; only its operators can enable another one again.
         */
        patch: operations["updateWorkspace"];
        trace?: never;
    };
    "/api/v1/workspaces/{id}/setup-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a one-time link by which somebody becomes an owner of the workspace.
         * @description Links made before and not used are void from then on. The key that it makes does not outlive the one that asks.
         */
        post: operations["createSetupLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the apps of the workspace. */
        get: operations["listApps"];
        put?: never;
        /** Make an app. */
        post: operations["createApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one app. */
        get: operations["getApp"];
        put?: never;
        post?: never;
        /**
         * Delete an app.
         * @description Every key of the app refuses from then on, for good.
         */
        delete: operations["deleteApp"];
        options?: never;
        head?: never;
        /**
         * Change, disable or enable an app.
         * @description Members that are left out stay as they are. With `"disabled": true` every key of the app refuses and its open streams are cut.
         */
        patch: operations["updateApp"];
        trace?: never;
    };
    "/api/v1/apis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List apis. */
        get: operations["listApis"];
        put?: never;
        /** Make an api. */
        post: operations["createApi"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an api. */
        get: operations["getApi"];
        put?: never;
        post?: never;
        /** Delete an api without living keys. */
        delete: operations["deleteApi"];
        options?: never;
        head?: never;
        /**
         * Change an api.
         * @description The prefix stays: keys that are out carry it. A disabled api refuses all of its keys until it is enabled again. A maximum caps keys that are out at once; `keys_over_maximum` and `GET /keys?over_maximum=true` tell whom it concerns.
         */
        patch: operations["updateApi"];
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys, never their secrets.
         * @description Deleted keys are left out unless `deleted=true` asks for them.
         */
        get: operations["listKeys"];
        put?: never;
        /** Make a key and show its secret, this once. */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a key, never its secrets. */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Delete a key; it can be restored for a while.
         * @description It refuses at once with `key_deleted`, and its open streams are cut. Until `restorable_until` it can be restored; then it is purged.
         */
        delete: operations["deleteKey"];
        options?: never;
        head?: never;
        /** Change a key. */
        patch: operations["updateKey"];
        trace?: never;
    };
    "/api/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key a new secret and show it, this once.
         * @description The secrets before it live on for the grace period. The key keeps its id, limits and scopes.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a key for good, open streams included. */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/versions/{number}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End one secret of a key. */
        post: operations["revokeKeyVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the secrets that a key has had, never the secrets themselves. */
        get: operations["listKeyVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the deletion of a key back.
         * @description The key is as it was before: also revoked, disabled or expired, if it was; without roles that were deleted meanwhile.
         */
        post: operations["restoreKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/wake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wake a key that sleeps because nobody used it.
         * @description The time without use counts anew. A key that is awake stays as it is.
         */
        post: operations["wakeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/bulk-revoke/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show which keys a revocation by filter would end.
         * @description Freezes the keys that the filter means now: `confirm` names exactly these, for an hour. Deleted keys are among them, for they could be restored; revoked ones are not.
         */
        post: operations["previewKeyRevocation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/bulk-revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all keys that were previewed, open streams included.
         * @description Keys that were made or changed since the preview are not touched. 5,000 keys are revoked before the answer, the rest right after it: read the order until it is `done`. Sending the same again answers the same order.
         */
        post: operations["revokeKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/key-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the orders that ended many keys at once. */
        get: operations["listKeyOrders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/key-orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show how far an order on many keys is. */
        get: operations["getKeyOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apps/{id}/decommission/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show what would end with an app. */
        post: operations["previewAppDecommission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apps/{id}/decommission": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an app and all its keys for good.
         * @description The apps are disabled for good and their open streams cut at once, so that every key of theirs refuses; then each key is revoked, the larger part of many right after the answer. Keys that the app got since the preview end too.
         */
        post: operations["decommissionApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/owners/decommission/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show what would end with an owner. */
        post: operations["previewOwnerDecommission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/owners/decommission": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all apps and keys of an owner in this workspace for good.
         * @description The apps are disabled for good and their open streams cut at once, so that every key of theirs refuses; then each key is revoked, the larger part of many right after the answer. All keys of the owner's apps end, whoever owns those keys, and keys of the owner in other apps. Refused when the owner got or lost an app since the preview.
         */
        post: operations["decommissionOwner"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take in keys of another system by their hashes.
         * @description Up to 10000 items in one transaction; each gets its own result, and a bad one does not hold up the others. A hash that was imported before is a duplicate, so an import that broke off is simply repeated. The secrets work from the answer on, as they were handed out. Bodies may have 16 MiB.
         */
        post: operations["importKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List plans. */
        get: operations["listPlans"];
        put?: never;
        /**
         * Make a plan: a named bundle of limits.
         * @description Each key on it has a counter of its own, unless a limit says otherwise with `per`.
         */
        post: operations["createPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a plan. */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        /** Delete a plan that no key and no app is on. */
        delete: operations["deletePlan"];
        options?: never;
        head?: never;
        /** Change a plan, for all keys that are on it. */
        patch: operations["updatePlan"];
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List roles. */
        get: operations["listRoles"];
        put?: never;
        /**
         * Make a role: a named set of scopes for keys.
         * @description Scopes may be of any apis. A key that holds the role gets, at each of its apis, what the catalogue has and the maximum lets count.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a role. */
        get: operations["getRole"];
        put?: never;
        post?: never;
        /** Delete a role that no living key holds. */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        /**
         * Change a role, for all keys that hold it.
         * @description To widen it is to grant the difference to each of them: within the bounds of your admin key, and with a wildcard only when each has a reason and an expiry. What the maximum of an api does not hold, its keys do not get.
         */
        patch: operations["updateRole"];
        trace?: never;
    };
    "/api/v1/keys/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether a presented key is good.
         * @description Always 200 for a caller that may ask: `valid` and `code` are the decision. An unknown key is answered in one shape, whatever is wrong with it. A decision for a key that is known is journaled, and limits are charged when it is valid.
         */
        post: operations["verifyKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/verify/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask about up to 100 keys.
         * @description Each request is decided for itself, in their order, like one of `POST /keys/verify`; a wrong request refuses all of them before anything is decided. Each result has a `request_id` of its own.
         */
        post: operations["verifyKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/verify/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for all that is needed to decide about a presented key elsewhere.
         * @description For embedded verifiers (the SDK): nothing is decided, charged or journaled. What is answered holds until `GET /keys/changes`, an event stream, names one of its ids.
         */
        post: operations["openKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/verify/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell what was decided elsewhere.
         * @description It goes into the journal and so into usage, added up: a line stands for `count` decisions.
         */
        post: operations["reportDecisions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the provider keys of the workspace. */
        get: operations["listProviderKeys"];
        put?: never;
        /**
         * Store a provider key.
         * @description It is sealed together with its origins; it leaves the server only in requests to them.
         */
        post: operations["createProviderKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one provider key. */
        get: operations["getProviderKey"];
        put?: never;
        post?: never;
        /**
         * Delete a provider key and destroy its secret.
         * @description Routes and models that use it fail until they are given another.
         */
        delete: operations["deleteProviderKey"];
        options?: never;
        head?: never;
        /**
         * Change the name of a provider key, who may use it, or take origins away.
         * @description A new origin needs the secret again: rotate it. Otherwise whoever may change it could have it sent to themselves.
         */
        patch: operations["updateProviderKey"];
        trace?: never;
    };
    "/api/v1/provider-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of a provider key.
         * @description The secret before is destroyed in the same step. Origins and injection may change with it.
         */
        post: operations["rotateProviderKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List routes. */
        get: operations["listRoutes"];
        put?: never;
        /** Make a route to an upstream. */
        post: operations["createRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a route. */
        get: operations["getRoute"];
        put?: never;
        post?: never;
        /** Delete a route. */
        delete: operations["deleteRoute"];
        options?: never;
        head?: never;
        /** Change a route. */
        patch: operations["updateRoute"];
        trace?: never;
    };
    "/api/v1/routes/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how the upstreams of a route are.
         * @description As the process that answers has met them: each counts failures and checks health for itself.
         */
        get: operations["getRouteHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List models. */
        get: operations["listModels"];
        put?: never;
        /** Give deployments a public model name. */
        post: operations["createModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a model. */
        get: operations["getModel"];
        put?: never;
        post?: never;
        /** Delete a model. */
        delete: operations["deleteModel"];
        options?: never;
        head?: never;
        /** Change a model. */
        patch: operations["updateModel"];
        trace?: never;
    };
    "/api/v1/decisions/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask why a call would be allowed or refused.
         * @description Asks what `keys/verify` asks, and tells every rule with what it found. Nothing is charged, journaled or counted as a use. A key that is unknown and one of another workspace are answered alike.
         */
        post: operations["explainDecision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a change against the decisions of the last days.
         * @description Lists which journaled decisions of a key or an api the change would make otherwise. Nothing is changed. It looks from now backwards, at most at `max_decisions`, and for some seconds: `truncated` says that it did not get to the end.
         */
        post: operations["previewChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the balance of a key or an app.
         * @description Processes draw units ahead and spend them without asking: `reserved` is what they hold, and the ledger is behind by it. A key or app that nothing was granted to has 0. It can be read when the key or app is gone.
         */
        get: operations["getCredits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the ledger of a key or an app, newest first. */
        get: operations["listCreditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant units to a key or an app.
         * @description A limit of the kind `credits` spends them. Refusals end within a second of the grant.
         */
        post: operations["grantCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back what an entry spent, or a part of it.
         * @description All refunds of one entry together are never more than it spent. What was spent of a grant that ends comes back without an end.
         */
        post: operations["refundCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/{id}/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Correct a grant, a refund or an adjustment.
         * @description Adds an entry that takes the other back, in whole or in part; never more than what is neither spent nor held by a process.
         */
        post: operations["adjustCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/settle-credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settle what a lost process held of credits.
         * @description Only for a process whose data directory is lost: any other is settled from its spool by itself. It must have ended, or have been silent for five minutes. Concerns the balances of all workspaces.
         */
        post: operations["settleNodeCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shield/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who is told to wait, by kind and subject.
         * @description Each process counts for itself; `node_id` says which one, `here` that it is the one that answers. Of keys, those of the workspace; addresses and prefixes belong to no workspace, and are shown to operators of the first one.
         */
        get: operations["listShieldBlocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shield/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the block of an address, a key or a prefix.
         * @description In every process, and with it the failures that led to it: it has all of them free again. Lifting what is not blocked does no harm. Addresses and prefixes are lifted by operators of the first workspace.
         */
        post: operations["liftShieldBlock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was changed, newest first.
         * @description Every change stands here, every call of an operator that was refused, and the begin and the end of every failure mode that was used. To operators of the first workspace, what concerns the whole installation is told too. `from` is inclusive, `to` is not.
         */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List decisions of the data plane, newest first.
         * @description They come in from the nodes a moment after they were made. A page may hold fewer than `limit`, even none, and yet have a next one.
         */
        get: operations["listDecisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/probes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what was refused before it was known who asked, newest first.
         * @description They belong to no workspace. `from` is inclusive, `to` is not.
         */
        get: operations["listProbes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what was used, in sums.
         * @description Counted in whole hours: `from` falls into the first one, `to` is where the last one ends. Default: the last 24 hours. Nodes report a moment after a call has ended.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show how the server is doing. */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the processes of the installation. */
        get: operations["listNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/seal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check every key of the seal and open a sample of every kind of ciphertext. */
        get: operations["checkSeal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/seal/rotate-keyring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new keyring term.
         * @description The keys of all workspaces are wrapped anew in the background; the old term is destroyed with the last of them.
         */
        post: operations["rotateKeyring"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/seal/rotate-pepper": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new pepper.
         * @description New keys are hashed under it; the hashes of others move to it as they are used. Keys stay as they are.
         */
        post: operations["rotatePepper"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/seal/rotate-identity-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign identity tokens under the key that is published as the next one.
         * @description The next one after it is published in `/authz/jwks.json` at once; the one before stays there for an hour. It happens by itself every 90 days.
         */
        post: operations["rotateIdentityKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The credential of an operator. */
        AdminKey: {
            /**
             * @description Id of a resource of type admin key.
             * @example adm_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /** @description One of owner, operator, auditor, verifier. */
            role: string;
            /** @description Null: all of the workspace. */
            api_ids: string[] | null;
            /** @description Null: all. */
            scopes: string[] | null;
            /** @description Stands in the secret in clear. */
            public_id: string;
            last_four: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
        };
        AdminKeyList: {
            data: components["schemas"]["AdminKey"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        Api: {
            /**
             * @description Id of a resource of type api.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            prefix: string;
            scopes: string[];
            maximum: components["schemas"]["ApiMaximum"] | null;
            on_feed_loss: components["schemas"]["FeedLossPolicy"];
            /** @description The longest a revoked key is served while this node is cut off from the feed. */
            revocation_bound_seconds: number;
            limits: components["schemas"]["Limit"][];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        ApiList: {
            data: components["schemas"]["Api"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @description The most that anybody may grant for the api. It caps keys that are out, too, at once. */
        ApiMaximum: {
            /**
             * @description Scopes and patterns; null: whatever the catalogue has.
             * @default null
             * @example [
             *       "invoices.*"
             *     ]
             */
            scopes: string[] | null;
            /**
             * @description The longest life of a key, from when it is made; null: as the workspace has it.
             * @default null
             */
            lifetime_seconds: number | null;
            /**
             * @description Kinds of restrictions that a key must have, enforced.
             * @default []
             * @example [
             *       "ip"
             *     ]
             */
            required_restrictions: ("ip" | "origin" | "user_agent" | "request" | "country" | "asn" | "time" | "client_certificate" | "api_version")[];
        };
        ApiPart: {
            id: string;
            name: string;
            on_feed_loss: {
                /** @constant */
                mode: "deny";
            } | {
                /** @constant */
                mode: "serve_known";
                max_stale_ms: number;
            };
            catalogue: string[] | null;
            maximum: {
                scopes: string[] | null;
                lifetime_ms: number | null;
                required_restrictions: string[];
            } | null;
            /** @description Unix milliseconds. */
            disabled_at_ms: number | null;
            is_limited: boolean;
        };
        /** @description Versions of the api that may be called. */
        ApiVersionRestriction: {
            /** @constant */
            kind: "api_version";
            allow: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        /** @description A consumer: it owns keys. Disabled, all its keys refuse. */
        App: {
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /**
             * @description Whom to ask about it.
             * @example payments@example.com
             */
            owner: string;
            description: string;
            /**
             * @description Your own facts; Claviger does not read them.
             * @example {
             *       "team": "payments"
             *     }
             */
            metadata: {
                [key: string]: unknown;
            };
            /** @description Shared by all its keys. */
            limits: components["schemas"]["Limit"][];
            /**
             * @description Its limits hold for each key of the app that has no plan of its own.
             * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            plan_id: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /**
             * Format: date-time
             * @description Ended for good, with all its keys.
             * @example 2026-11-24T12:00:00.000Z
             */
            decommissioned_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        AppList: {
            data: components["schemas"]["App"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @description Whose network the client is in. One of allow and deny. */
        AsnRestriction: {
            /** @constant */
            kind: "asn";
            allow?: number[];
            deny?: number[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        AuditEntry: {
            id: number;
            /** @description In the log, without gaps; null for the moment until it is assigned. */
            position: number | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            at: string;
            /** @example keys.rotate */
            operation: string;
            /** @enum {string} */
            outcome: "success" | "refused";
            /** @description HTTP status as answered. */
            status: number;
            duration_ms: number;
            actor: {
                type: string;
                id: string | null;
            };
            /** @description The admin key that was used. */
            key_id: string | null;
            client_ip: string | null;
            user_agent: string | null;
            request_id: string | null;
            endpoint: string | null;
            resource: {
                type: string;
                id: string | null;
            };
            /** @description What was asked for; texts that may be secret are keyed hashes. */
            values: {
                [key: string]: unknown;
            };
            /** @description Fields that were erased; the log still proves its order. */
            erased: string[];
        };
        AuditEntryList: {
            data: components["schemas"]["AuditEntry"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        BatchVerification: {
            valid: boolean;
            /**
             * @description `valid`, or why not.
             * @example valid
             */
            code: string;
            key_id?: string;
            version?: number;
            app_id?: string;
            workspace_id?: string;
            environment?: string;
            /** @description Its own and those of its roles, as far as they count. */
            scopes?: string[];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at?: string | null;
            missing_scopes?: string[];
            limits?: {
                name: string;
                /** @enum {string} */
                kind: "window" | "burst" | "concurrency" | "quota" | "credits";
                /**
                 * @description What declares it; names are unique within one.
                 * @enum {string}
                 */
                owner: "key" | "app" | "plan" | "api" | "route" | "model";
                /** @enum {string} */
                mode: "enforce" | "shadow";
                /** @description Null for credits: there is what was granted. */
                limit: number | null;
                window_ms?: number;
                burst?: number;
                /** @enum {string} */
                period?: "day" | "week" | "month" | "year";
                /** @description Where calls are counted apart, which counter: `pk` of the `RateLimit` fields. */
                partition?: string;
                remaining: number;
                /** @description Until there is more; null: nobody knows. */
                reset_ms: number | null;
                /**
                 * @description In shadow mode: it would have refused.
                 * @constant
                 */
                exceeded?: true;
                /**
                 * @description Of the limits that refused, the one that opens last.
                 * @constant
                 */
                blocking?: true;
            }[];
            /**
             * @description What restrictions in shadow mode would have refused.
             * @example [
             *       {
             *         "code": "ip_not_allowed",
             *         "rule": "key.restrictions/0.ip"
             *       }
             *     ]
             */
            shadow?: {
                code: string;
                rule: string;
            }[];
            retry_after_ms?: number | null;
            request_id: string;
            /**
             * @description Nobody could decide this one, for the reason that `code` names: what 503 means for a single question.
             * @constant
             */
            undecided?: true;
        };
        /** @description An upstream that fails again and again gets no calls for a while, then one on trial. Counted per process and upstream. */
        CircuitBreaker: {
            /**
             * @description So many in a row take the upstream out.
             * @default 5
             */
            failures: number;
            /**
             * @description The first time; then twice as long each time.
             * @default 5000
             */
            open_ms: number;
            /** @default 60000 */
            max_open_ms: number;
            /**
             * @description Answers that are failures, beside the upstream not answering at all.
             * @default [
             *       502,
             *       503,
             *       504
             *     ]
             */
            statuses: number[];
        };
        /** @description TLS certificates that the client must prove to hold. */
        ClientCertificateRestriction: {
            /** @constant */
            kind: "client_certificate";
            /** @description SHA-256 of the certificate: base64url or hexadecimal. */
            thumbprints: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        /** @description Preflights are answered without a key and never forwarded; what the upstream says of it is replaced. */
        Cors: {
            /** @description https://app.example.com, https://*.example.com for all below, or * for every origin. */
            origins: string[];
            /**
             * @description Empty: those of the route.
             * @default []
             */
            methods: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")[];
            /**
             * @description That scripts may send, beside the key; *: any.
             * @default [
             *       "content-type"
             *     ]
             */
            headers: string[];
            /**
             * @description That scripts may read.
             * @default []
             */
            exposed_headers: string[];
            /**
             * @description Cookies and the like; not with the origin *.
             * @default false
             */
            credentials: boolean;
            /**
             * @description How long a preflight is kept.
             * @default 600
             */
            max_age_seconds: number;
        };
        /** @description Where the address of the client is. One of allow and deny. */
        CountryRestriction: {
            /** @constant */
            kind: "country";
            allow?: string[];
            deny?: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        /** @description Who may use it. Routes and models are restricted as soon as one of them is named, apps as soon as one app is. Empty: all. */
        CredentialUsers: {
            /** @default [] */
            routes: string[];
            /** @default [] */
            models: string[];
            /** @default [] */
            apps: string[];
        };
        CreditBalance: {
            /**
             * @description The key or app.
             * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /**
             * @description The sum of the ledger. Never below 0.
             * @example 1000
             */
            balance: number;
            /**
             * @description Of the balance, what processes hold in blocks: spent there already or not, the ledger learns it when they close them, after 15 s at most.
             * @example 120
             */
            reserved: number;
            /**
             * @description The rest: what no process holds.
             * @example 880
             */
            available: number;
            /** @description What is reserved, oldest first. */
            blocks: {
                node_id: string;
                /**
                 * @description Blocks of a process that is gone, and its spool with it, stay until they are settled by hand.
                 * @enum {string}
                 */
                node_state: "live" | "away" | "ended" | "unknown";
                units: number;
                /** @description As far as its spool has told. */
                spent: number;
                /**
                 * Format: date-time
                 * @example 2026-11-24T12:00:00.000Z
                 */
                opened_at: string;
            }[];
        };
        /** @description One entry of the ledger; none is ever changed. */
        CreditEntry: {
            /** @example key_01k2m5f8r2e9vbt9rpk9w0z5c3 */
            account_id: string;
            /**
             * @description From 1, without gaps.
             * @example 1
             */
            number: number;
            /** @enum {string} */
            kind: "grant" | "spend" | "refund" | "adjust" | "expire";
            /**
             * @description What it adds to the balance; below 0: takes away.
             * @example 1000
             */
            units: number;
            /**
             * @description After this entry.
             * @example 1000
             */
            balance: number;
            /** @description Number of the entry that this one is about. */
            entry: number | null;
            /** @example invoice-2026-118 */
            reference: string;
            note: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            at: string;
        };
        CreditEntryList: {
            data: components["schemas"]["CreditEntry"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @description One decision of the data plane, with what came of it. */
        Decision: {
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            at: string;
            request_id: string;
            /** @description verify, gw, openai or authz. */
            door: string;
            /** @description valid, or the code that refused. */
            code: string;
            /**
             * @description The rule that decided.
             * @example key.scopes
             */
            rule: string;
            /** @description HTTP status as answered; 0: not known. */
            status: number;
            duration_ms: number;
            app_id: string;
            key_id: string;
            version: number;
            api_id: string | null;
            /** @description Route or model. */
            target_id: string | null;
            /** @description Who asked, at keys/verify. */
            asked_by: string | null;
            method: string;
            path: string;
            client_ip: string;
            user_agent: string;
            /** @description What would have been refused if it were enforced. */
            shadow: {
                code: string;
                rule: string;
            }[];
            /** @description How often it was sent to an upstream, where retries are on; else 1. */
            tries: number;
            /** @description For how many decisions the line stands: more than one only for what embedded verifiers have added up. */
            count: number;
            usage: {
                input_tokens: number;
                output_tokens: number;
                cached_tokens: number;
                bytes_in: number;
                bytes_out: number;
                first_byte_ms: number;
                metered: boolean;
                ended: string;
            } | null;
        };
        DecisionList: {
            data: components["schemas"]["Decision"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        DecommissionPreview: {
            keys_total: number;
            /** @description The newest of the keys that would end; 20 at most. */
            sample: components["schemas"]["Key"][];
            /** @description From the preview: what ends is what was previewed. */
            confirm: string;
            /**
             * Format: date-time
             * @description Confirm it before.
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string;
            /** @description Apps that would end. */
            apps: {
                /**
                 * @description Id of a resource of type app.
                 * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
                 */
                id: string;
                /** @example Billing */
                name: string;
                /**
                 * @description Whom to ask about it.
                 * @example payments@example.com
                 */
                owner: string;
            }[];
        };
        DryRun: {
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            to: string;
            /** @description A bound was met first: older decisions were not looked at. */
            truncated: boolean;
            /**
             * Format: date-time
             * @description The oldest decision that was looked at.
             * @example 2026-11-24T12:00:00.000Z
             */
            oldest_at: string | null;
            decisions: {
                /** @description That the change could concern. */
                found: number;
                evaluated: number;
                not_evaluated: {
                    key_gone: number;
                    version_gone: number;
                    /** @description The route or model is gone, and what it needed with it. */
                    target_gone: number;
                    /** @description Refused before the rules were asked. */
                    refused_elsewhere: number;
                    unreadable: number;
                };
            };
            /** @description Decisions that the change alone would make otherwise. */
            flips: {
                total: number;
                /** @description By key, from and to; the most frequent first. */
                groups: {
                    key_id: string;
                    app_id: string;
                    /** @example valid */
                    from: string;
                    /** @example ip_not_allowed */
                    to: string;
                    /**
                     * @description The rule that decides for `from`, at the newest of them.
                     * @example all
                     */
                    from_rule: string;
                    /**
                     * @description The rule that decides for `to`, at the newest of them; of a limit, `limit.`, its owner and its name.
                     * @example limit.plan.requests
                     */
                    rule: string;
                    count: number;
                    /**
                     * Format: date-time
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    first_at: string;
                    /**
                     * Format: date-time
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    last_at: string;
                    /** @description Of the newest. */
                    samples: {
                        request_id: string;
                        /**
                         * Format: date-time
                         * @example 2026-11-24T12:00:00.000Z
                         */
                        at: string;
                        door: string;
                        method: string;
                        path: string;
                        client_ip: string;
                    }[];
                }[];
                /** @description Counted in `total`, and in no group because there are too many groups. */
                ungrouped: number;
                allowed_to_refused: number;
                refused_to_allowed: number;
                /** @description Of the allowed ones that are refused: by a limit. */
                allowed_to_limited: number;
                /** @description Of the refused ones that are allowed: a limit had refused. */
                limited_to_allowed: number;
            };
            /** @description Decisions that are made otherwise today, without the change, than they were then. */
            already_differs: {
                total: number;
                /** @description By key, from and to; the most frequent first. */
                groups: {
                    key_id: string;
                    app_id: string;
                    /** @example valid */
                    from: string;
                    /** @example ip_not_allowed */
                    to: string;
                    /**
                     * @description The rule that decides for `from`, at the newest of them.
                     * @example all
                     */
                    from_rule: string;
                    /**
                     * @description The rule that decides for `to`, at the newest of them; of a limit, `limit.`, its owner and its name.
                     * @example limit.plan.requests
                     */
                    rule: string;
                    count: number;
                    /**
                     * Format: date-time
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    first_at: string;
                    /**
                     * Format: date-time
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    last_at: string;
                    /** @description Of the newest. */
                    samples: {
                        request_id: string;
                        /**
                         * Format: date-time
                         * @example 2026-11-24T12:00:00.000Z
                         */
                        at: string;
                        door: string;
                        method: string;
                        path: string;
                        client_ip: string;
                    }[];
                }[];
                /** @description Counted in `total`, and in no group because there are too many groups. */
                ungrouped: number;
            };
            /** @description What came of running limits again; null for a change that does not touch limits. */
            limits: {
                /**
                 * Format: date-time
                 * @description From here on decisions were run again, so that counters are as full as they were at `compared_from`.
                 * @example 2026-11-24T12:00:00.000Z
                 */
                warm_up_from: string;
                /**
                 * Format: date-time
                 * @description From here on they are compared.
                 * @example 2026-11-24T12:00:00.000Z
                 */
                compared_from: string;
                /** @description That were run again, the earlier ones among them. */
                decisions: number;
                /** @description How far the run can be trusted. */
                agreement: {
                    /** @description Decisions whose limits were run again as they are. */
                    compared: number;
                    /** @description Of those, the ones that came out as they were journaled. */
                    agreed: number;
                    /** @description null: there were none. */
                    share: number | null;
                };
                /** @description Limits that cannot be run again: what they refused stays refused, and they refuse no more. */
                not_replayed: {
                    name: string;
                    /** @enum {string} */
                    kind: "window" | "burst" | "concurrency" | "quota" | "credits";
                    /**
                     * @description What declares it; names are unique within one.
                     * @enum {string}
                     */
                    owner: "key" | "app" | "plan" | "api" | "route" | "model";
                    /**
                     * @description `journal_too_short`: it counts from before what the journal holds, or from before what could be looked at. `ledger_too_long`: too much was booked on its balances since then.
                     * @enum {string}
                     */
                    reason: "journal_too_short" | "ledger_too_long";
                }[];
            } | null;
            /** @description What this rests on. */
            assumptions: string[];
        };
        Explanation: {
            /**
             * @description Id of a resource of type key.
             * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            key_id: string;
            version: number;
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            app_id: string;
            /**
             * Format: date-time
             * @description The instant that was decided for.
             * @example 2026-11-24T12:00:00.000Z
             */
            at: string;
            valid: boolean;
            /**
             * @description `valid`, or why not.
             * @example scope_missing
             */
            code: string;
            /**
             * @description The rule that decides; `all` when none refuses.
             * @example key.scopes
             */
            rule: string;
            missing_scopes: string[];
            /** @description What restrictions in shadow mode would have refused. */
            shadow: {
                code: string;
                rule: string;
            }[];
            /** @description Every rule, in the order in which they are asked. */
            checks: {
                /** @example key.restrictions/0.ip */
                rule: string;
                /** @enum {string} */
                outcome: "passed" | "refused" | "shadow_refused" | "not_reached";
                /** @description Of a rule that refused. */
                code: string | null;
                /** @description What the rule found. */
                detail: string;
            }[];
            /** @description The smallest change that would allow it; null when it is allowed, and when none would. */
            nearest: {
                rule: string;
                /** @example grant orders.write */
                change: string;
            } | null;
            limits: {
                /** @description The name of its counter. */
                policy: string;
                name: string;
                /** @enum {string} */
                kind: "window" | "burst" | "concurrency" | "quota" | "credits";
                /**
                 * @description What declares it; names are unique within one.
                 * @enum {string}
                 */
                owner: "key" | "app" | "plan" | "api" | "route" | "model";
                /** @enum {string} */
                mode: "enforce" | "shadow";
                /** @description Null for credits: there is what was granted. */
                limit: number | null;
                remaining: number;
                /** @description Until more can be had, or until the cost can when it would block; null: nobody knows, or never. */
                reset_ms: number | null;
                would_block: boolean;
            }[];
        };
        /** @description What holds while the change feed, and so revocations, cannot be read. */
        FeedLossPolicy: {
            /** @constant */
            mode: "deny";
        } | {
            /** @constant */
            mode: "serve_known";
            /** @description The bound of a revocation while nodes are cut off. */
            max_stale_seconds: number;
        };
        GeoFile: {
            /**
             * @description built_in: the file that comes with Claviger; file: one of yours.
             * @enum {string}
             */
            source: "built_in" | "file";
            /**
             * @description As the maker of the file calls it.
             * @example GeoLite2-Country
             */
            database_type: string;
            /**
             * Format: date-time
             * @description When the maker built the file in use.
             * @example 2026-11-24T12:00:00.000Z
             */
            built_at: string;
            /** @description Since then. */
            age_seconds: number;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            loaded_at: string;
            /** @description Why the file that stands there now cannot be used, while the one before it still is. */
            problem: string | null;
        };
        /** @description Fields of the connection, of framing, of credentials, and those that the gateway tells itself, cannot be touched. */
        HeaderRules: {
            /** @default {} */
            request: {
                /** @default [] */
                remove: string[];
                /**
                 * @description In place of whatever is there.
                 * @default []
                 */
                set: {
                    name: string;
                    /**
                     * @description May hold ${request_id}, ${key_id} and ${app_id}.
                     * @example claviger
                     */
                    value: string;
                }[];
                /**
                 * @description Beside what is there.
                 * @default []
                 */
                add: {
                    name: string;
                    /**
                     * @description May hold ${request_id}, ${key_id} and ${app_id}.
                     * @example claviger
                     */
                    value: string;
                }[];
            };
            /**
             * @description Of the upstream; not of refusals.
             * @default {}
             */
            response: {
                /** @default [] */
                remove: string[];
                /**
                 * @description In place of whatever is there.
                 * @default []
                 */
                set: {
                    name: string;
                    /**
                     * @description May hold ${request_id}, ${key_id} and ${app_id}.
                     * @example claviger
                     */
                    value: string;
                }[];
                /**
                 * @description Beside what is there.
                 * @default []
                 */
                add: {
                    name: string;
                    /**
                     * @description May hold ${request_id}, ${key_id} and ${app_id}.
                     * @example claviger
                     */
                    value: string;
                }[];
            };
        };
        /** @description A GET to each upstream, again and again, by each process that serves calls. */
        HealthCheck: {
            /**
             * @description On the host of the upstream, whatever path its URL has.
             * @example /healthz
             */
            path: string;
            /** @default 10 */
            interval_seconds: number;
            /**
             * @description For the whole check.
             * @default 2000
             */
            timeout_ms: number;
            /**
             * @description Answers of an upstream that is well.
             * @default [
             *       200,
             *       204
             *     ]
             */
            statuses: number[];
            /**
             * @description Good checks in a row that bring it back.
             * @default 2
             */
            healthy_after: number;
            /**
             * @description Bad checks in a row that take it out.
             * @default 3
             */
            unhealthy_after: number;
            /**
             * @description Send the provider key with the checks too.
             * @default false
             */
            with_credential: boolean;
        };
        /** @description How the secret is put into a request. */
        Injection: {
            /** @constant */
            kind: "bearer";
        } | {
            /** @constant */
            kind: "basic";
            username: string;
        } | {
            /** @constant */
            kind: "header";
            name: string;
        } | {
            /** @constant */
            kind: "query";
            name: string;
        } | {
            /** @constant */
            kind: "aws_sigv4";
            /** @example eu-central-1 */
            region: string;
            /** @example bedrock */
            service: string;
            /** @example AKIDEXAMPLE */
            access_key_id: string;
            /**
             * @description signed (default): the body is part of the signature; a streamed one is read into memory first, up to 8 MiB. unsigned: UNSIGNED-PAYLOAD, which S3 takes over TLS; the body streams.
             * @enum {string}
             */
            payload?: "signed" | "unsigned";
        } | {
            /** @constant */
            kind: "oauth2_client_credentials";
            /**
             * @description The token endpoint. The client secret is sent there and nowhere else.
             * @example https://login.example.com/oauth2/token
             */
            token_url: string;
            /** @example claviger */
            client_id: string;
            /**
             * @description Separated by blanks.
             * @example invoices.read
             */
            scope?: string;
            /**
             * @description For servers that ask for one.
             * @example https://api.example.com
             */
            audience?: string;
            /**
             * @description How the client authenticates (RFC 6749 §2.3.1): basic (default), or post, in the body.
             * @enum {string}
             */
            auth_style?: "basic" | "post";
        } | {
            /** @constant */
            kind: "mtls";
            /** @description PEM: the client certificate, behind it the intermediate ones. */
            certificate: string;
            /** @description PEM: who signs the certificate of the upstream, instead of the roots that everybody trusts. */
            ca?: string;
        };
        /** @description Addresses and networks of the client. deny wins. */
        IpRestriction: {
            /** @constant */
            kind: "ip";
            allow?: string[];
            deny?: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        IssuedKey: {
            /**
             * @description Id of a resource of type key.
             * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            app_id: string;
            owner: string;
            /**
             * @description Whether the key names its owner, or its app does.
             * @enum {string}
             */
            owner_from: "key" | "app";
            tags: string[];
            api_ids: string[];
            environment: string;
            /** @description Its own. */
            scopes: string[];
            role_ids: string[];
            grant_reason: string | null;
            /** @description All of them have to be met, asked in this order. */
            restrictions: components["schemas"]["Restriction"][];
            limits: components["schemas"]["Limit"][];
            /**
             * @description Its limits hold beside those of the key. Null: the plan of the app.
             * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            plan_id: string | null;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            not_before: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /** @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it. */
            dormant_after_days: number | null;
            /**
             * Format: date-time
             * @description Since when it sleeps.
             * @example 2026-11-24T12:00:00.000Z
             */
            dormant_at: string | null;
            /**
             * Format: date-time
             * @description Last admitted, to the minute; null: never.
             * @example 2026-11-24T12:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description Of a deleted key: then it is purged.
             * @example 2026-11-24T12:00:00.000Z
             */
            restorable_until: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
            revoke_reason: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
            versions: components["schemas"]["KeyVersion"][];
            /** @description The whole key, shown this once. */
            readonly secret: string;
        };
        Key: {
            /**
             * @description Id of a resource of type key.
             * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            app_id: string;
            owner: string;
            /**
             * @description Whether the key names its owner, or its app does.
             * @enum {string}
             */
            owner_from: "key" | "app";
            tags: string[];
            api_ids: string[];
            environment: string;
            /** @description Its own. */
            scopes: string[];
            role_ids: string[];
            grant_reason: string | null;
            /** @description All of them have to be met, asked in this order. */
            restrictions: components["schemas"]["Restriction"][];
            limits: components["schemas"]["Limit"][];
            /**
             * @description Its limits hold beside those of the key. Null: the plan of the app.
             * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            plan_id: string | null;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            not_before: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /** @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it. */
            dormant_after_days: number | null;
            /**
             * Format: date-time
             * @description Since when it sleeps.
             * @example 2026-11-24T12:00:00.000Z
             */
            dormant_at: string | null;
            /**
             * Format: date-time
             * @description Last admitted, to the minute; null: never.
             * @example 2026-11-24T12:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description Of a deleted key: then it is purged.
             * @example 2026-11-24T12:00:00.000Z
             */
            restorable_until: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
            revoke_reason: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
            versions: components["schemas"]["KeyVersion"][];
        };
        KeyImport: {
            created: number;
            duplicates: number;
            invalid: number;
            /** @description In the change feed; 0: nothing was made. */
            position: number;
            /** @description One for each item, in their order. */
            results: {
                /** @enum {string} */
                outcome: "created" | "duplicate" | "invalid";
                /**
                 * @description Made now, or before; left out for a hash that another workspace imported.
                 * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
                 */
                key_id?: string;
                /** @description Why it is invalid. */
                detail?: string;
            }[];
        };
        /** @description Members that are left out are those of the import. */
        KeyImportItem: {
            /** @description Of the whole secret, as it is presented, in UTF-8. */
            hash: string;
            name?: string;
            /**
             * @description What may be shown of its beginning; 16 characters at most.
             * @example sk_live_4eC
             */
            start?: string | null;
            last_four?: string | null;
            environment?: string;
            scopes?: string[];
            role_ids?: string[];
            owner?: string | null;
            tags?: string[];
            /** @description As a key has them. */
            limits?: {
                [key: string]: unknown;
            }[];
            plan_id?: string | null;
            metadata?: {
                [key: string]: unknown;
            };
            not_before?: string | null;
            expires_at?: string | null;
            disabled?: boolean;
        };
        KeyList: {
            data: components["schemas"]["Key"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        KeyOrder: {
            /**
             * @description Id of a resource of type order on many keys.
             * @example ord_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @enum {string} */
            kind: "revoke_keys" | "decommission_app" | "decommission_owner";
            /**
             * @description A large order goes on after the answer.
             * @enum {string}
             */
            state: "running" | "done";
            /** @description What was asked for. */
            subject: {
                [key: string]: unknown;
            };
            reason: string | null;
            /** @description Apps that it ended, with all their keys. */
            app_ids: string[];
            keys_total: number;
            /** @description By this order, so far. */
            keys_revoked: number;
            /** @description Were revoked or purged before their turn came. */
            keys_skipped: number;
            /** @description Of its last change in the feed. */
            position: number;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            finished_at: string | null;
        };
        /**
         * @description All members that are given must hold.
         * @example {
         *       "owner": "ada@example.com"
         *     }
         */
        KeyOrderFilter: {
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            app_id?: string;
            /**
             * @description Id of a resource of type api.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            api_id?: string;
            /**
             * @description Id of a resource of type role.
             * @example rol_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            role_id?: string;
            environment?: string;
            prefix?: string;
            /**
             * @description Of the key, or of its app where the key names none.
             * @example payments@example.com
             */
            owner?: string;
            /** @example billing-v2 */
            tag?: string;
            /**
             * @description The admin key that made them.
             * @example adm_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            created_by?: string;
            /**
             * Format: date-time
             * @description RFC 3339.
             * @example 2026-11-24T12:00:00.000Z
             */
            created_before?: string;
            /**
             * Format: date-time
             * @description Made before it, and not admitted since.
             * @example 2026-11-24T12:00:00.000Z
             */
            unused_since?: string;
            /** @description Presented from there, with the right secret. */
            ip_seen?: {
                /**
                 * @description An address or a range in CIDR form.
                 * @example 198.51.100.0/24
                 */
                range: string;
                /** @default 90 */
                within_days: number;
            };
        };
        KeyOrderList: {
            data: components["schemas"]["KeyOrder"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        KeyOrderPreview: {
            keys_total: number;
            /** @description The newest of the keys that would end; 20 at most. */
            sample: components["schemas"]["Key"][];
            /** @description From the preview: what ends is what was previewed. */
            confirm: string;
            /**
             * Format: date-time
             * @description Confirm it before.
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string;
        };
        KeyOrderReceipt: {
            /**
             * @description Id of a resource of type order on many keys.
             * @example ord_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @enum {string} */
            kind: "revoke_keys" | "decommission_app" | "decommission_owner";
            /**
             * @description A large order goes on after the answer.
             * @enum {string}
             */
            state: "running" | "done";
            /** @description What was asked for. */
            subject: {
                [key: string]: unknown;
            };
            reason: string | null;
            /** @description Apps that it ended, with all their keys. */
            app_ids: string[];
            keys_total: number;
            /** @description By this order, so far. */
            keys_revoked: number;
            /** @description Were revoked or purged before their turn came. */
            keys_skipped: number;
            /** @description Of its last change in the feed. */
            position: number;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            finished_at: string | null;
            /** @description Processes that refuse all that is revoked so far, of all that live. */
            nodes: {
                acknowledged: number;
                total: number;
            };
        };
        KeyPart: {
            id: string;
            workspace_id: string;
            app_id: string;
            api_ids: string[];
            role_ids: string[];
            environment: string;
            scopes: string[];
            /** @description All of them have to be met, asked in this order. */
            restrictions: components["schemas"]["Restriction"][];
            api_version: string | null;
            /** @description Unix milliseconds. */
            not_before_ms: number | null;
            /** @description Unix milliseconds. */
            created_at_ms: number | null;
            /** @description Unix milliseconds. */
            expires_at_ms: number | null;
            /** @description Unix milliseconds. */
            dormant_at_ms: number | null;
            /** @description Unix milliseconds. */
            disabled_at_ms: number | null;
            /** @description Unix milliseconds. */
            deleted_at_ms: number | null;
            /** @description Unix milliseconds. */
            revoked_at_ms: number | null;
            version: {
                number: number;
                /** @description Unix milliseconds. */
                expires_at_ms: number | null;
                /** @description Unix milliseconds. */
                revoked_at_ms: number | null;
            };
            /** @description It has limits: ask `POST /keys/verify` for each call. */
            is_limited: boolean;
            plan_ids: string[];
        };
        KeyVersion: {
            number: number;
            /** @description What may be shown of the secret: prefix, environment and public id; of an imported one what was told. */
            start: string;
            last_four: string;
            /** @description The algorithm of the hash that it was imported by; null: issued here. */
            imported_as: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description End of the grace period after a rotation.
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
        };
        KeyVersionList: {
            data: components["schemas"]["KeyVersion"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        LiftedShieldBlock: {
            /** @enum {string} */
            kind: "address" | "key" | "prefix";
            /**
             * @description An address (its /56 in IPv6), the public id in a key, or the prefix of keys.
             * @example 203.0.113.7/32
             */
            subject: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            lifted_at: string;
        };
        /**
         * @example {
         *       "kind": "window",
         *       "name": "requests",
         *       "limit": 100,
         *       "window_seconds": 60
         *     }
         */
        Limit: {
            /** @constant */
            kind: "window";
            /**
             * @description Stands in the RateLimit fields.
             * @example requests
             */
            name: string;
            /** @description At most so many units in any window. */
            limit: number;
            window_seconds: number;
            /**
             * @default bounded
             * @enum {string}
             */
            class: "exact" | "bounded" | "approximate";
            /**
             * @description shadow: counted and told, never refuses.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
            /**
             * @description When the counter cannot be reached: refuse, let through, or decide with this process’s part.
             * @default closed
             * @enum {string}
             */
            on_counter_loss: "closed" | "open" | "local";
            /**
             * @description Counted apart for each of these, e.g. each address (a /56 of IPv6).
             * @example ip
             */
            per?: ("key" | "app" | "ip" | "route") | ("key" | "app" | "ip" | "route")[];
        } | {
            /** @constant */
            kind: "burst";
            /**
             * @description Stands in the RateLimit fields.
             * @example requests
             */
            name: string;
            /** @description So many units in window_seconds, evenly. */
            limit: number;
            window_seconds: number;
            /** @description And up to so many at once, after a rest. */
            burst: number;
            /**
             * @default bounded
             * @enum {string}
             */
            class: "exact" | "bounded" | "approximate";
            /**
             * @description shadow: counted and told, never refuses.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
            /**
             * @description When the counter cannot be reached: refuse, let through, or decide with this process’s part.
             * @default closed
             * @enum {string}
             */
            on_counter_loss: "closed" | "open" | "local";
            /**
             * @description Counted apart for each of these, e.g. each address (a /56 of IPv6).
             * @example ip
             */
            per?: ("key" | "app" | "ip" | "route") | ("key" | "app" | "ip" | "route")[];
        } | {
            /** @constant */
            kind: "concurrency";
            /**
             * @description Stands in the RateLimit fields.
             * @example requests
             */
            name: string;
            /** @description At most so many calls at once. */
            limit: number;
            /**
             * @default bounded
             * @enum {string}
             */
            class: "exact" | "bounded" | "approximate";
            /**
             * @description shadow: counted and told, never refuses.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
            /**
             * @description When the counter cannot be reached: refuse, let through, or decide with this process’s part.
             * @default closed
             * @enum {string}
             */
            on_counter_loss: "closed" | "open" | "local";
            /**
             * @description Counted apart for each of these, e.g. each address (a /56 of IPv6).
             * @example ip
             */
            per?: ("key" | "app" | "ip" | "route") | ("key" | "app" | "ip" | "route")[];
        } | {
            /** @constant */
            kind: "quota";
            /**
             * @description Stands in the RateLimit fields.
             * @example requests
             */
            name: string;
            /** @description At most so many units in each period of the calendar. */
            limit: number;
            /** @enum {string} */
            period: "day" | "week" | "month" | "year";
            /**
             * @description First day of the period: of the month (its last day where it has none such), of the week (1 is Monday).
             * @default 1
             */
            anchor_day: number;
            /**
             * @description First month of a year.
             * @default 1
             */
            anchor_month: number;
            /**
             * @description IANA name; its midnight counts.
             * @default UTC
             * @example Europe/Berlin
             */
            zone: string;
            /**
             * @default bounded
             * @enum {string}
             */
            class: "exact" | "bounded";
            /**
             * @description shadow: counted and told, never refuses.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
            /**
             * @description When the counter cannot be reached: refuse, let through, or decide with this process’s part.
             * @default closed
             * @enum {string}
             */
            on_counter_loss: "closed" | "open" | "local";
            /**
             * @description Counted apart for each of these, e.g. each address (a /56 of IPv6).
             * @example ip
             */
            per?: ("key" | "app" | "ip" | "route") | ("key" | "app" | "ip" | "route")[];
        } | {
            /** @constant */
            kind: "credits";
            /**
             * @description Stands in the RateLimit fields.
             * @example requests
             */
            name: string;
            /**
             * @default bounded
             * @enum {string}
             */
            class: "exact" | "bounded";
            /**
             * @description shadow: counted and told, never refuses.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
            /**
             * @description When the ledger cannot be reached: refuse, or let through unpaid.
             * @default closed
             * @enum {string}
             */
            on_counter_loss: "closed" | "open";
            /**
             * @description Whose balance; on a key or an app: its own.
             * @enum {string}
             */
            per?: "key" | "app";
        };
        /** @description Calls are answered with 503 `maintenance`; see the exceptions. */
        Maintenance: {
            /**
             * @description Told to callers.
             * @default The service is being worked on.
             */
            message: string;
            /** @default 300 */
            retry_after_seconds: number;
            /**
             * @description Keys that are let through.
             * @default []
             */
            key_ids: string[];
            /**
             * @description Addresses that are let through.
             * @default []
             */
            addresses: string[];
        };
        /** @description Whose admin key this is and what it may do. */
        Me: {
            /**
             * @description Id of a resource of type admin key.
             * @example adm_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            admin_key_id: string;
            /**
             * @description Id of a resource of type workspace.
             * @example wsp_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            workspace_id: string;
            is_home: boolean;
            role: string;
            permissions: ("workspaces.read" | "workspaces.create" | "workspaces.update" | "apps.read" | "apps.create" | "apps.update" | "apps.delete" | "apps.decommission" | "admin_keys.read" | "admin_keys.create" | "admin_keys.revoke" | "apis.read" | "apis.create" | "apis.update" | "apis.delete" | "plans.read" | "plans.create" | "plans.update" | "plans.delete" | "roles.read" | "roles.create" | "roles.update" | "roles.delete" | "keys.read" | "keys.create" | "keys.update" | "keys.rotate" | "keys.revoke" | "keys.delete" | "keys.verify" | "provider_keys.read" | "provider_keys.create" | "provider_keys.update" | "provider_keys.rotate" | "provider_keys.delete" | "routes.read" | "routes.create" | "routes.update" | "routes.delete" | "models.read" | "models.create" | "models.update" | "models.delete" | "audit.read" | "decisions.explain" | "decisions.dry_run" | "probes.read" | "shield.read" | "shield.lift" | "usage.read" | "credits.read" | "credits.grant" | "credits.refund" | "credits.adjust" | "status.read" | "nodes.read" | "nodes.settle" | "seal.read" | "seal.rotate")[];
            /** @description May verify and grant keys of these; null: all. */
            api_ids: string[] | null;
            /** @description May grant these; null: all. */
            scopes: string[] | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
        };
        Model: {
            /**
             * @description Id of a resource of type model.
             * @example mdl_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            name: string;
            /**
             * @description Id of a resource of type api.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            api_id: string;
            required_scopes: string[];
            /** @enum {string} */
            audit: "ordinary" | "before-answer";
            on_feed_loss: components["schemas"]["FeedLossPolicy"] | null;
            limits: components["schemas"]["Limit"][];
            cost: number;
            /** @enum {string} */
            rate_limit_headers: "draft" | "draft+legacy";
            timeouts_ms: {
                connect: number;
                first_byte: number;
                idle: number;
                total: number;
            };
            max_body_bytes: number;
            deployments: {
                base_url: string;
                model: string;
                provider_key_id: string | null;
                asks_stream_usage: boolean;
            }[];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        ModelList: {
            data: components["schemas"]["Model"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        NewAdminKey: {
            /**
             * @description Id of a resource of type admin key.
             * @example adm_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /** @description One of owner, operator, auditor, verifier. */
            role: string;
            /** @description Null: all of the workspace. */
            api_ids: string[] | null;
            /** @description Null: all. */
            scopes: string[] | null;
            /** @description Stands in the secret in clear. */
            public_id: string;
            last_four: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: password
             * @description Shown once; only its keyed hash is stored.
             */
            secret: string;
        };
        NewWorkspace: {
            /**
             * @description Id of a resource of type workspace.
             * @example wsp_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /** @description The first workspace: its operators look after the installation. */
            is_home: boolean;
            /**
             * @description No key of the workspace lives longer. A key that is made without an expiry gets this one.
             * @example 31536000
             */
            max_key_age_seconds: number;
            /**
             * @description A key that is not used for so long refuses with `key_dormant` until an operator wakes it, unless the key says otherwise. Null: never.
             * @example 90
             */
            dormant_after_days: number | null;
            /**
             * @description A deleted key can be restored for so long; then it is purged.
             * @example 30
             */
            restore_window_days: number;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
            /**
             * Format: uri
             * @description Good for one use within one hour; whoever opens it first becomes an owner. Shown once.
             */
            setup_url: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            setup_url_expires_at: string;
        };
        /** @description One process of the installation. */
        Node: {
            /**
             * @description Id of a resource of type node.
             * @example nod_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            name: string;
            roles: string[];
            version: string;
            /**
             * @description away: not heard of for a while.
             * @enum {string}
             */
            state: "live" | "away" | "ended";
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            started_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            seen_at: string;
            /** @description It has taken in all changes up to here. */
            feed_position: number;
            /** @description Its decisions are in the database up to here. */
            drained_sequence: number;
        };
        NodeList: {
            data: components["schemas"]["Node"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        OpenedKey: {
            /** @description Nothing was decided. */
            valid: null;
            key: components["schemas"]["KeyPart"];
            workspace: {
                id: string;
                /** @description Unix milliseconds. */
                disabled_at_ms: number | null;
            };
            app: {
                id: string;
                name: string;
                /** @description Unix milliseconds. */
                disabled_at_ms: number | null;
            };
            /** @description Those of the key that the asker may verify for. */
            apis: components["schemas"]["ApiPart"][];
            roles: {
                id: string;
                scopes: string[];
            }[];
            log_id: string;
            /** @description Of the change feed: the answer is at least as new. */
            position: number;
            request_id: string;
        } | {
            /** @constant */
            valid: false;
            /** @enum {string} */
            code: "credential_invalid" | "probing";
            retry_after_ms?: number;
            request_id: string;
        };
        /** @description Web pages that call: Origin, or else the origin of Referer. */
        OriginRestriction: {
            /** @constant */
            kind: "origin";
            allow: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        Plan: {
            /**
             * @description Id of a resource of type plan.
             * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            limits: components["schemas"]["Limit"][];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        PlanList: {
            data: components["schemas"]["Plan"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        Probes: {
            /** @description There were more rows: ask for less time, or for more rows. */
            truncated: boolean;
            data: {
                /**
                 * Format: date-time
                 * @description Of the second in which they came.
                 * @example 2026-11-24T12:00:00.000Z
                 */
                at: string;
                /** @example 192.0.2.1/32 */
                ip_prefix: string;
                /** @example checksum */
                reason: string;
                count: number;
            }[];
        };
        /** @description What went wrong (RFC 9457). */
        Problem: {
            /**
             * @description Names the kind of problem.
             * @example urn:claviger:error:not_found
             */
            type: string;
            title: string;
            status: number;
            /** @description For people. */
            detail: string;
            /**
             * @description For programs; never renamed.
             * @enum {string}
             */
            code: "bad_request" | "bad_json" | "bad_path" | "bad_header" | "validation_failed" | "query_credential" | "credential_missing" | "credential_invalid" | "key_expired" | "key_revoked" | "key_deleted" | "key_not_yet_valid" | "key_disabled" | "key_dormant" | "app_disabled" | "workspace_disabled" | "api_not_allowed" | "scope_missing" | "ip_not_allowed" | "origin_not_allowed" | "user_agent_not_allowed" | "request_not_allowed" | "country_not_allowed" | "asn_not_allowed" | "time_not_allowed" | "certificate_not_allowed" | "api_version_not_allowed" | "permission_missing" | "upstream_not_allowed" | "not_found" | "route_not_found" | "model_not_found" | "method_not_allowed" | "conflict" | "idempotency_in_flight" | "idempotency_secret_gone" | "gone" | "precondition_failed" | "body_too_large" | "uri_too_long" | "unsupported_media_type" | "expectation_failed" | "idempotency_mismatch" | "precondition_required" | "limit_reached" | "credits_exhausted" | "concurrency_reached" | "probing" | "headers_too_large" | "request_timeout" | "upgrade_required" | "internal" | "upstream_invalid" | "upstream_unreachable" | "unavailable" | "upstream_unavailable" | "draining" | "maintenance" | "store_unavailable" | "feed_lost" | "counters_unavailable" | "journal_full" | "overloaded" | "upstream_timeout";
            request_id: string;
            errors?: {
                /** @description JSON pointer into the body, or below #/query. */
                pointer: string;
                detail: string;
            }[];
            /** @description Of limits that had no room: their names in `RateLimit-Policy`. */
            "violated-policies"?: string[];
        };
        /** @description Somebody else's credential. The secret is never shown again. */
        ProviderKey: {
            /**
             * @description Id of a resource of type provider key.
             * @example pvk_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            provider: string;
            origins: string[];
            injection: components["schemas"]["Injection"];
            used_by: {
                routes: string[];
                models: string[];
                apps: string[];
            };
            /** @description Grows with each rotation. */
            version: number;
            /** @description Keyed hash: the same secret stored twice has the same one. Tells nothing else of it. */
            fingerprint: string;
            /**
             * Format: date-time
             * @description When it ends by itself: the end of its client certificate. Null: it does not say.
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            rotated_at: string;
            revision: number;
        };
        ProviderKeyList: {
            data: components["schemas"]["ProviderKey"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        ReportTaken: {
            accepted: number;
            /** @description Decisions about keys that are not in this workspace, or not any more. */
            unknown: number;
            request_id: string;
        };
        /** @description Methods and paths that may be called. */
        RequestRestriction: {
            /** @constant */
            kind: "request";
            allow: {
                /** @description Any, when it is left out. */
                methods?: string[];
                /**
                 * @description {name} is one segment, ** at the end any rest.
                 * @example /orders/{id}
                 */
                path: string;
            }[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        /** @description Where, when and how a key may be used. */
        Restriction: components["schemas"]["IpRestriction"] | components["schemas"]["OriginRestriction"] | components["schemas"]["UserAgentRestriction"] | components["schemas"]["RequestRestriction"] | components["schemas"]["CountryRestriction"] | components["schemas"]["AsnRestriction"] | components["schemas"]["TimeRestriction"] | components["schemas"]["ClientCertificateRestriction"] | components["schemas"]["ApiVersionRestriction"];
        /** @description Of GET, HEAD, OPTIONS, PUT and DELETE with no body or one in memory (64 KiB), before the first byte of an answer; of other methods only if nothing was sent. */
        Retries: {
            /**
             * @description Further tries of one call.
             * @default 2
             */
            max_retries: number;
            /**
             * @description Answers after which another upstream is asked; with one upstream they are passed on.
             * @default [
             *       502,
             *       503,
             *       504
             *     ]
             */
            statuses: number[];
            /**
             * @description Retries at most, of the calls of the last 10 s.
             * @default 20
             */
            budget_percent: number;
            /**
             * @description Retries in 10 s that are free of that.
             * @default 10
             */
            budget_floor: number;
        };
        RevokedKey: {
            /**
             * @description Id of a resource of type key.
             * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /**
             * @description Id of a resource of type app.
             * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            app_id: string;
            owner: string;
            /**
             * @description Whether the key names its owner, or its app does.
             * @enum {string}
             */
            owner_from: "key" | "app";
            tags: string[];
            api_ids: string[];
            environment: string;
            /** @description Its own. */
            scopes: string[];
            role_ids: string[];
            grant_reason: string | null;
            /** @description All of them have to be met, asked in this order. */
            restrictions: components["schemas"]["Restriction"][];
            limits: components["schemas"]["Limit"][];
            /**
             * @description Its limits hold beside those of the key. Null: the plan of the app.
             * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            plan_id: string | null;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            not_before: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /** @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it. */
            dormant_after_days: number | null;
            /**
             * Format: date-time
             * @description Since when it sleeps.
             * @example 2026-11-24T12:00:00.000Z
             */
            dormant_at: string | null;
            /**
             * Format: date-time
             * @description Last admitted, to the minute; null: never.
             * @example 2026-11-24T12:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description Of a deleted key: then it is purged.
             * @example 2026-11-24T12:00:00.000Z
             */
            restorable_until: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            revoked_at: string | null;
            revoke_reason: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
            versions: components["schemas"]["KeyVersion"][];
            /** @description Where the revocation stands in the change feed; 0: it was revoked before. */
            position: number;
            /** @description Processes that refuse the key by now, of all that live. */
            nodes: {
                acknowledged: number;
                total: number;
            };
        };
        /** @description The path at the upstream: what is behind /gw/{name}, or the path at a place of the route, rewritten. */
        Rewrite: {
            /**
             * @description Cut off the path, by whole segments, where it begins so.
             * @default null
             * @example /shop
             */
            strip_prefix: string | null;
            /**
             * @description Every call goes to this path behind upstream_url; the query stays.
             * @default null
             * @example /rpc
             */
            replace_path: string | null;
        };
        /** @description A named set of scopes that keys are given together. */
        Role: {
            /**
             * @description Id of a resource of type role.
             * @example rol_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            description: string;
            scopes: string[];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        RoleList: {
            data: components["schemas"]["Role"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        Route: {
            /**
             * @description Id of a resource of type route.
             * @example rte_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            name: string;
            /**
             * @description Where callers find it.
             * @example /gw/billing
             */
            path: string;
            /**
             * @description Id of a resource of type api.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            api_id: string;
            required_scopes: string[];
            /** @enum {string} */
            audit: "ordinary" | "before-answer";
            on_feed_loss: components["schemas"]["FeedLossPolicy"] | null;
            limits: components["schemas"]["Limit"][];
            cost: number;
            /** @enum {string} */
            rate_limit_headers: "draft" | "draft+legacy";
            timeouts_ms: {
                connect: number;
                first_byte: number;
                idle: number;
                total: number;
            };
            max_body_bytes: number;
            upstream_url: string | null;
            upstreams: {
                url: string;
                weight: number;
            }[];
            /** @enum {string} */
            when_all_out: "try" | "refuse";
            circuit_breaker: components["schemas"]["CircuitBreaker"] | null;
            health_check: components["schemas"]["HealthCheck"] | null;
            retries: components["schemas"]["Retries"] | null;
            methods: string[];
            provider_key_id: string | null;
            key_headers: string[];
            api_version: components["schemas"]["VersionSource"] | null;
            /**
             * @description Hosts of its own; *.example.com: all below. Empty: any host, if there are paths.
             * @default []
             */
            hosts: string[];
            /**
             * @description /v1: that and all below; =/v1/ping: exactly that. Empty: every path of the hosts.
             * @default []
             */
            paths: string[];
            /** @default null */
            rewrite: components["schemas"]["Rewrite"] | null;
            /** @default null */
            header_rules: components["schemas"]["HeaderRules"] | null;
            /**
             * @description Null: as the upstream says, and a preflight needs a key.
             * @default null
             */
            cors: components["schemas"]["Cors"] | null;
            /**
             * @description Null: the route is open.
             * @default null
             */
            maintenance: components["schemas"]["Maintenance"] | null;
            tells_identity: boolean;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        RouteHealth: {
            /**
             * @description Id of a resource of type route.
             * @example rte_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            route_id: string;
            /** @description The process that answers; each counts and checks for itself. */
            node_id: string;
            /** @description Empty where nothing is watched: one upstream, without circuit breaker, health checks and retries. */
            upstreams: {
                url: string;
                weight: number;
                /** @description Whether it gets calls now. */
                in: boolean;
                /**
                 * @description half_open: the next call is its trial.
                 * @enum {string}
                 */
                circuit: "closed" | "open" | "half_open";
                /**
                 * Format: date-time
                 * @example 2026-11-24T12:00:00.000Z
                 */
                open_until: string | null;
                /** @description Times in a row that it was taken out, without a whole answer in between. */
                openings: number;
                failures_in_a_row: number;
                /** @description Of this process, retries among them. */
                calls: number;
                failures: number;
                /**
                 * @description What its health checks say; unknown: none has told yet.
                 * @enum {string}
                 */
                health: "unknown" | "healthy" | "unhealthy";
                /**
                 * Format: date-time
                 * @example 2026-11-24T12:00:00.000Z
                 */
                checked_at: string | null;
                /** @description Why the last health check was bad. */
                problem: string | null;
            }[];
            /** @description In the last ten seconds. Null: the route has no retries. */
            retries: {
                calls: number;
                retries: number;
            } | null;
        };
        RouteList: {
            data: components["schemas"]["Route"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        SealCheck: {
            seal: {
                type: string;
                id: string;
            };
            healthy: boolean;
            keys: {
                key_id: string;
                state: string;
                problem: string | null;
            }[];
            /** @description One stored ciphertext of each kind, opened and thrown away. */
            samples: {
                kind: string;
                /** @enum {string} */
                outcome: "opened" | "none" | "failed";
                problem: string | null;
            }[];
        };
        SealRotation: {
            purpose: string;
            version: number;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            rotated_at: string;
        };
        SettledCredits: {
            /**
             * @description Id of a resource of type node.
             * @example nod_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            node_id: string;
            blocks: number;
            /** @description Held in them. */
            units: number;
            /** @description Of these, booked as spent. */
            spent: number;
        };
        SetupLink: {
            /**
             * Format: uri
             * @description Good for one use within one hour; whoever opens it first becomes an owner. Shown once.
             */
            setup_url: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            setup_url_expires_at: string;
        };
        ShieldBlock: {
            /** @enum {string} */
            kind: "address" | "key" | "prefix";
            /**
             * @description An address (its /56 in IPv6), the public id in a key, or the prefix of keys.
             * @example 203.0.113.7/32
             */
            subject: string;
            /** @description Of a key: the key or admin key that has this public id. */
            key_id: string | null;
            /** @description The process that makes it wait. Each counts for itself. */
            node_id: string;
            /** @description It is the process that answers. Of others, what they told 2 s ago at most. */
            here: boolean;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            until: string;
            /**
             * @description Since it is remembered, in the block and before it.
             * @example 75
             */
            failures: number;
        };
        ShieldBlockList: {
            data: components["schemas"]["ShieldBlock"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @description How the node that answers is doing. */
        Status: {
            /** @enum {string} */
            state: "ready" | "degraded" | "unready";
            /** @description Why it is not simply ready. */
            reasons: string[];
            version: string;
            node: {
                /**
                 * @description Id of a resource of type node.
                 * @example nod_01k2m5f8r2e9vbt9rpk9w0z5c3
                 */
                id: string;
                name: string;
                roles: string[];
                /**
                 * Format: date-time
                 * @example 2026-11-24T12:00:00.000Z
                 */
                started_at: string;
            };
            database: {
                /** @enum {string} */
                engine: "embedded" | "external";
                available: boolean;
                /** @enum {string} */
                disk: "ok" | "warn" | "full";
                disk_free_bytes: number;
            };
            feed: {
                position: number;
                /** @description How long ago this node last knew that it had read all changes. */
                age_ms: number;
            };
            geo: {
                country: components["schemas"]["GeoFile"];
                /** @description null: there is no file, and no key can be restricted by ASN. */
                asn: components["schemas"]["GeoFile"] | null;
            };
        };
        /** @description Hours of the week, on the clock of a time zone. */
        TimeRestriction: {
            /** @constant */
            kind: "time";
            /**
             * @description IANA.
             * @example Europe/Berlin
             */
            zone: string;
            windows: {
                /** @description Every day, when it is left out. A window over midnight belongs to the day it begins on. */
                days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                /** @example 09:00 */
                from: string;
                /**
                 * @description Not inside.
                 * @example 17:00
                 */
                to: string;
            }[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        /**
         * @description In ms; 0: no bound.
         * @default {}
         */
        TimeoutsMs: {
            /** @default 5000 */
            connect: number;
            /** @default 60000 */
            first_byte: number;
            /** @default 60000 */
            idle: number;
            /** @default 600000 */
            total: number;
        };
        UpdatedApi: {
            /**
             * @description Id of a resource of type api.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            prefix: string;
            scopes: string[];
            maximum: components["schemas"]["ApiMaximum"] | null;
            on_feed_loss: components["schemas"]["FeedLossPolicy"];
            /** @description The longest a revoked key is served while this node is cut off from the feed. */
            revocation_bound_seconds: number;
            limits: components["schemas"]["Limit"][];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
            /** @description After a change of the maximum: living keys of the api that hold more, and are capped from now on. */
            keys_over_maximum?: number;
        };
        Usage: {
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            to: string;
            /** @description There were more than 1000 rows: ask for less time or fewer groups. */
            truncated: boolean;
            data: {
                /**
                 * Format: date-time
                 * @description Start of the hour or day (UTC); null when not grouped by time.
                 * @example 2026-11-24T12:00:00.000Z
                 */
                from: string | null;
                app_id: string | null;
                key_id: string | null;
                /** @description Route or model. */
                target_id: string | null;
                requests: number;
                /** @description By Claviger. */
                refused: number;
                /** @description Let through, and answered with 5xx or cut by the upstream. */
                failed: number;
                input_tokens: number;
                output_tokens: number;
                /** @description Of the input tokens. */
                cached_tokens: number;
                /** @description Answers that should have told their tokens and did not. */
                unmetered: number;
                bytes_in: number;
                bytes_out: number;
                /** @description Of all requests together. */
                duration_ms: number;
            }[];
        };
        /** @description Globs with * on User-Agent, in either case. deny wins. */
        UserAgentRestriction: {
            /** @constant */
            kind: "user_agent";
            allow?: string[];
            deny?: string[];
            /**
             * @description shadow: what it would refuse is recorded and let through.
             * @default enforce
             * @enum {string}
             */
            mode: "enforce" | "shadow";
        };
        Verification: {
            valid: boolean;
            /**
             * @description `valid`, or why not.
             * @example valid
             */
            code: string;
            key_id?: string;
            version?: number;
            app_id?: string;
            workspace_id?: string;
            environment?: string;
            /** @description Its own and those of its roles, as far as they count. */
            scopes?: string[];
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            expires_at?: string | null;
            missing_scopes?: string[];
            limits?: {
                name: string;
                /** @enum {string} */
                kind: "window" | "burst" | "concurrency" | "quota" | "credits";
                /**
                 * @description What declares it; names are unique within one.
                 * @enum {string}
                 */
                owner: "key" | "app" | "plan" | "api" | "route" | "model";
                /** @enum {string} */
                mode: "enforce" | "shadow";
                /** @description Null for credits: there is what was granted. */
                limit: number | null;
                window_ms?: number;
                burst?: number;
                /** @enum {string} */
                period?: "day" | "week" | "month" | "year";
                /** @description Where calls are counted apart, which counter: `pk` of the `RateLimit` fields. */
                partition?: string;
                remaining: number;
                /** @description Until there is more; null: nobody knows. */
                reset_ms: number | null;
                /**
                 * @description In shadow mode: it would have refused.
                 * @constant
                 */
                exceeded?: true;
                /**
                 * @description Of the limits that refused, the one that opens last.
                 * @constant
                 */
                blocking?: true;
            }[];
            /**
             * @description What restrictions in shadow mode would have refused.
             * @example [
             *       {
             *         "code": "ip_not_allowed",
             *         "rule": "key.restrictions/0.ip"
             *       }
             *     ]
             */
            shadow?: {
                code: string;
                rule: string;
            }[];
            retry_after_ms?: number | null;
            request_id: string;
        };
        Verifications: {
            /** @description In the order of the requests. */
            results: components["schemas"]["BatchVerification"][];
        };
        /** @description What `POST /keys/verify` takes. */
        VerifyRequest: {
            /**
             * Format: password
             * @description As it was presented.
             */
            key: string;
            /**
             * @description At whose door it was presented.
             * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            api_id?: string;
            /** @description All of these are needed. */
            scopes?: string[];
            /**
             * @description The end client, for keys that are held to address ranges.
             * @example 192.0.2.1
             */
            client_ip?: string;
            /** @description Units to charge; 1 by default. */
            cost?: number;
            /** @description The call that is decided about: for restrictions of the key, and for the journal. */
            request?: {
                /** @example GET */
                method?: string;
                /**
                 * @description As it came; a query is cut off.
                 * @example /orders
                 */
                path?: string;
                /** @description The header field Origin. */
                origin?: string;
                /** @description The header field Referer. */
                referer?: string;
                /** @description The header field User-Agent. */
                user_agent?: string;
                /** @description The version of the api that is called. */
                api_version?: string;
                /** @description SHA-256 of the certificate that the client proved to hold: base64url or hexadecimal. */
                client_certificate?: string;
            };
        };
        /** @description Where a call says which version of the api it is for, for keys that are held to some. */
        VersionSource: {
            /** @constant */
            from: "fixed";
            /**
             * @description Every call is for this one.
             * @example 2026-11
             */
            value: string;
        } | {
            /** @constant */
            from: "header";
            /** @example api-version */
            name: string;
            /**
             * @description What the upstream takes a call without the field for; null: that is not known.
             * @default null
             * @example 2026-11
             */
            default: string | null;
        } | {
            /** @constant */
            from: "path";
        };
        /** @description A tenant: nothing crosses it. */
        Workspace: {
            /**
             * @description Id of a resource of type workspace.
             * @example wsp_01k2m5f8r2e9vbt9rpk9w0z5c3
             */
            id: string;
            /** @example Billing */
            name: string;
            /** @description The first workspace: its operators look after the installation. */
            is_home: boolean;
            /**
             * @description No key of the workspace lives longer. A key that is made without an expiry gets this one.
             * @example 31536000
             */
            max_key_age_seconds: number;
            /**
             * @description A key that is not used for so long refuses with `key_dormant` until an operator wakes it, unless the key says otherwise. Null: never.
             * @example 90
             */
            dormant_after_days: number | null;
            /**
             * @description A deleted key can be restored for so long; then it is purged.
             * @example 30
             */
            restore_window_days: number;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            disabled_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-24T12:00:00.000Z
             */
            updated_at: string;
            revision: number;
        };
        WorkspaceList: {
            data: components["schemas"]["Workspace"][];
            next_cursor: string | null;
            has_more: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description Finds the call in the log and in the audit log. */
        "X-Request-Id": string;
        /** @description Path of what was made. */
        Location: string;
        /** @description The revision, for If-Match and If-None-Match. */
        ETag: string;
        /** @description What is asked for, and what was wrong (RFC 6750). */
        "WWW-Authenticate": string;
        /** @description Seconds until it is worth another try. */
        "Retry-After": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    completeSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: password
                     * @description What stands after # in the link.
                     */
                    secret: string;
                    /** @example Billing */
                    owner_name: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewAdminKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_invalid` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing`, `limit_reached` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAdminKeys: {
        parameters: {
            query?: {
                /** @description owner: May do everything. operator: May do everything but admin keys, workspaces and the seal. auditor: May read everything and change nothing. verifier: May ask whether a presented key is good, and nothing else. */
                role?: "owner" | "operator" | "auditor" | "verifier";
                revoked?: "true" | "false";
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminKeyList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createAdminKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description owner: May do everything. operator: May do everything but admin keys, workspaces and the seal. auditor: May read everything and change nothing. verifier: May ask whether a presented key is good, and nothing else.
                     * @enum {string}
                     */
                    role: "owner" | "operator" | "auditor" | "verifier";
                    /**
                     * @description The apis whose keys it may verify, and for which it may grant keys. Null: as the key that makes it.
                     * @default null
                     */
                    api_ids?: string[] | null;
                    /**
                     * @description The scopes that it may grant to keys. Null: as the key that makes it.
                     * @default null
                     */
                    scopes?: string[] | null;
                    /**
                     * Format: date-time
                     * @description RFC 3339.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewAdminKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a resource of type admin key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeAdminKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type admin key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkspaces: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description No key of the workspace lives longer. A key that is made without an expiry gets this one.
                     * @default 31536000
                     * @example 31536000
                     */
                    max_key_age_seconds?: number;
                    /**
                     * @description A key that is not used for so long refuses with `key_dormant` until an operator wakes it, unless the key says otherwise. Null: never.
                     * @default null
                     * @example 90
                     */
                    dormant_after_days?: number | null;
                    /**
                     * @description A deleted key can be restored for so long; then it is purged.
                     * @default 30
                     * @example 30
                     */
                    restore_window_days?: number;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWorkspace"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type workspace. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type workspace. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    /**
                     * @description No key of the workspace lives longer. A key that is made without an expiry gets this one.
                     * @example 31536000
                     */
                    max_key_age_seconds?: number;
                    /**
                     * @description A key that is not used for so long refuses with `key_dormant` until an operator wakes it, unless the key says otherwise. Null: never.
                     * @example 90
                     */
                    dormant_after_days?: number | null;
                    /**
                     * @description A deleted key can be restored for so long; then it is purged.
                     * @example 30
                     */
                    restore_window_days?: number;
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSetupLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type workspace. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupLink"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApps: {
        parameters: {
            query?: {
                name?: string;
                /** @description Whom to ask about it. */
                owner?: string;
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description Whom to ask about it.
                     * @example payments@example.com
                     */
                    owner: string;
                    /** @default  */
                    description?: string;
                    /**
                     * @description Your own facts; Claviger does not read them.
                     * @default {}
                     * @example {
                     *       "team": "payments"
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Shared by all its keys.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Its limits hold for each key of the app that has no plan of its own.
                     * @default null
                     * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    plan_id?: string | null;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type app. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type app. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type app. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    /**
                     * @description Whom to ask about it.
                     * @example payments@example.com
                     */
                    owner?: string;
                    description?: string;
                    /**
                     * @description Your own facts; Claviger does not read them.
                     * @example {
                     *       "team": "payments"
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Its limits hold for each key of the app that has no plan of its own.
                     * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    plan_id?: string | null;
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApis: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description Every key of this api begins with it.
                     * @example acme
                     */
                    prefix: string;
                    /**
                     * @description The catalogue: what keys of this api can be given.
                     * @default []
                     */
                    scopes?: string[];
                    /** @default null */
                    maximum?: components["schemas"]["ApiMaximum"] | null;
                    /**
                     * @default {
                     *       "mode": "serve_known",
                     *       "max_stale_seconds": 600
                     *     }
                     */
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"];
                    /**
                     * @description Shared by all keys of the api.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Api"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type api. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Api"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type api. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type api. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    scopes?: string[];
                    maximum?: components["schemas"]["ApiMaximum"] | null;
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"];
                    limits?: components["schemas"]["Limit"][];
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedApi"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Id of a resource of type app. */
                app_id?: string;
                /** @description Id of a resource of type api. */
                api_id?: string;
                /** @description Id of a resource of type role. */
                role_id?: string;
                environment?: string;
                /** @description Whom to ask about it. */
                owner?: string;
                tag?: string;
                prefix?: string;
                /** @description Id of a resource of type admin key. */
                created_by?: string;
                /** @description Living keys that hold more than a maximum of their apis now lets them; false: all other keys. */
                over_maximum?: "true" | "false";
                dormant?: "true" | "false";
                revoked?: "true" | "false";
                deleted?: "true" | "false";
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description Id of a resource of type app.
                     * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    app_id: string;
                    /**
                     * @description A person or a team. Null: whoever owns the app.
                     * @default null
                     * @example payments@example.com
                     */
                    owner?: string | null;
                    /** @default [] */
                    tags?: string[];
                    api_ids: string[];
                    /** @default live */
                    environment?: string;
                    /**
                     * @description No scopes, no access.
                     * @default []
                     */
                    scopes?: string[];
                    /**
                     * @description What its roles hold comes to its scopes, as they are at the moment.
                     * @default []
                     */
                    role_ids?: string[];
                    /**
                     * @description Why it may so much. Scopes with a wildcard need it, and an expiry.
                     * @default null
                     * @example Migration of the old billing, until it is done.
                     */
                    grant_reason?: string | null;
                    /**
                     * @description All of them have to be met, asked in this order.
                     * @default []
                     */
                    restrictions?: components["schemas"]["Restriction"][];
                    /**
                     * @description Of this key alone.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Its limits hold beside those of the key. Null: the plan of the app.
                     * @default null
                     * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    plan_id?: string | null;
                    /**
                     * @description Your own facts; Claviger does not read them.
                     * @default {}
                     * @example {
                     *       "team": "payments"
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * Format: date-time
                     * @description RFC 3339.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    not_before?: string | null;
                    /**
                     * Format: date-time
                     * @description Null: the longest that the workspace allows.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    expires_at?: string | null;
                    /**
                     * @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it.
                     * @default null
                     */
                    dormant_after_days?: number | null;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    /**
                     * @description Whom to ask about it.
                     * @example payments@example.com
                     */
                    owner?: string | null;
                    tags?: string[];
                    api_ids?: string[];
                    scopes?: string[];
                    /** @description What its roles hold comes to its scopes, as they are at the moment. */
                    role_ids?: string[];
                    /**
                     * @description Why it may so much. Scopes with a wildcard need it, and an expiry.
                     * @example Migration of the old billing, until it is done.
                     */
                    grant_reason?: string | null;
                    /** @description All of them have to be met, asked in this order. */
                    restrictions?: components["schemas"]["Restriction"][];
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Its limits hold beside those of the key. Null: the plan of the app.
                     * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    plan_id?: string | null;
                    /**
                     * @description Your own facts; Claviger does not read them.
                     * @example {
                     *       "team": "payments"
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * Format: date-time
                     * @description RFC 3339.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    not_before?: string | null;
                    /**
                     * Format: date-time
                     * @description RFC 3339.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    expires_at?: string;
                    /** @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it. */
                    dormant_after_days?: number | null;
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default 86400 */
                    grace_seconds?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKeyVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
                /** @description Number of a version of the key. */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeyVersions: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-number" | "number";
            };
            header?: never;
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyVersionList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    wakeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewKeyRevocation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: components["schemas"]["KeyOrderFilter"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderPreview"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: components["schemas"]["KeyOrderFilter"];
                    /** @description From the preview: what ends is what was previewed. */
                    confirm: string;
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderReceipt"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeyOrders: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeyOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a resource of type order on many keys. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderReceipt"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewAppDecommission: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type app. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecommissionPreview"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decommissionApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type app. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description From the preview: what ends is what was previewed. */
                    confirm: string;
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderReceipt"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewOwnerDecommission: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Whom to ask about it.
                     * @example payments@example.com
                     */
                    owner: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecommissionPreview"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decommissionOwner: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Whom to ask about it.
                     * @example payments@example.com
                     */
                    owner: string;
                    /** @description From the preview: what ends is what was previewed. */
                    confirm: string;
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOrderReceipt"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Id of a resource of type app.
                     * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    app_id: string;
                    api_ids: string[];
                    /** @enum {string} */
                    algorithm: "sha256" | "sha512";
                    /** @enum {string} */
                    encoding: "hex" | "base64" | "base64url";
                    /** @default live */
                    environment?: string;
                    /** @default [] */
                    scopes?: string[];
                    /** @default [] */
                    role_ids?: string[];
                    /**
                     * @description Whom to ask about it.
                     * @default null
                     * @example payments@example.com
                     */
                    owner?: string | null;
                    /** @default [] */
                    tags?: string[];
                    /**
                     * @description Of each key alone.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description The limits of the plan hold beside those of the key.
                     * @default null
                     * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    plan_id?: string | null;
                    /**
                     * @description Your own facts; Claviger does not read them.
                     * @default {}
                     * @example {
                     *       "team": "payments"
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * Format: date-time
                     * @description RFC 3339.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    expires_at?: string | null;
                    keys: components["schemas"]["KeyImportItem"][];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyImport"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPlans: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /** @default [] */
                    limits?: components["schemas"]["Limit"][];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type plan. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deletePlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type plan. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updatePlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type plan. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    limits?: components["schemas"]["Limit"][];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoles: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /** @default  */
                    description?: string;
                    /**
                     * @description Scopes and patterns, of any apis. At each api of a key those count that it has.
                     * @default []
                     */
                    scopes?: string[];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type role. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type role. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type role. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    description?: string;
                    /** @description Scopes and patterns, of any apis. At each api of a key those count that it has. */
                    scopes?: string[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: password
                     * @description As it was presented.
                     */
                    key: string;
                    /**
                     * @description At whose door it was presented.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id?: string;
                    /** @description All of these are needed. */
                    scopes?: string[];
                    /**
                     * @description The end client, for keys that are held to address ranges.
                     * @example 192.0.2.1
                     */
                    client_ip?: string;
                    /** @description Units to charge; 1 by default. */
                    cost?: number;
                    /** @description The call that is decided about: for restrictions of the key, and for the journal. */
                    request?: {
                        /** @example GET */
                        method?: string;
                        /**
                         * @description As it came; a query is cut off.
                         * @example /orders
                         */
                        path?: string;
                        /** @description The header field Origin. */
                        origin?: string;
                        /** @description The header field Referer. */
                        referer?: string;
                        /** @description The header field User-Agent. */
                        user_agent?: string;
                        /** @description The version of the api that is called. */
                        api_version?: string;
                        /** @description SHA-256 of the certificate that the client proved to hold: base64url or hexadecimal. */
                        client_certificate?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `query_credential`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`, `draining`, `feed_lost`, `counters_unavailable`, `journal_full` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    requests: components["schemas"]["VerifyRequest"][];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verifications"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `query_credential`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: password
                     * @description As it was presented.
                     */
                    key: string;
                    /**
                     * @description At whose door it was presented.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id?: string;
                    /**
                     * @description The end client, for keys that are held to address ranges.
                     * @example 192.0.2.1
                     */
                    client_ip?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `query_credential`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportDecisions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description New for each batch: what is sent again under the same one counts once. */
                    batch_id: string;
                    decisions: {
                        /**
                         * @description Id of a resource of type key.
                         * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        key_id: string;
                        version: number;
                        api_id?: string;
                        /** @example valid */
                        code: string;
                        /** @example all */
                        rule: string;
                        count: number;
                        /** @description Of the last of them, Unix milliseconds. */
                        at_ms: number;
                    }[];
                    /** @description Before it was known whose key it was. */
                    refused?: {
                        client_ip?: string;
                        /** @enum {string} */
                        reason: "credential_invalid" | "probing";
                        count: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportTaken"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `query_credential`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`, `draining`, `feed_lost`, `journal_full` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviderKeys: {
        parameters: {
            query?: {
                name?: string;
                /** @description Whose API it opens. For people and filters. */
                provider?: string;
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name: string;
                    /**
                     * @description Whose API it opens. For people and filters.
                     * @example openai
                     */
                    provider: string;
                    /** @description Where it may be sent: https, exact host and port. */
                    origins: string[];
                    injection?: components["schemas"]["Injection"];
                    /** Format: password */
                    secret: string;
                    /** @default {} */
                    used_by?: components["schemas"]["CredentialUsers"];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type provider key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type provider key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type provider key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Billing */
                    name?: string;
                    /**
                     * @description Whose API it opens. For people and filters.
                     * @example openai
                     */
                    provider?: string;
                    /** @description Where it may be sent: https, exact host and port. */
                    origins?: string[];
                    used_by?: components["schemas"]["CredentialUsers"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type provider key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    secret: string;
                    /** @description Where it may be sent: https, exact host and port. */
                    origins?: string[];
                    injection?: components["schemas"]["Injection"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKey"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoutes: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example billing-v2 */
                    name: string;
                    /**
                     * @description Keys of this api may enter.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id: string;
                    /** @description A key needs all of these. At least one: a key without scopes opens nothing. */
                    required_scopes: string[];
                    /**
                     * @description before-answer: the decision is on disk before the answer.
                     * @default ordinary
                     * @enum {string}
                     */
                    audit?: "ordinary" | "before-answer";
                    /**
                     * @description Null: as the api says.
                     * @default null
                     */
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"] | null;
                    /**
                     * @description Shared by all callers.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Units that one call is charged.
                     * @default 1
                     */
                    cost?: number;
                    /**
                     * @description draft+legacy: answers carry X-RateLimit-Limit, -Remaining and -Reset (seconds) too.
                     * @default draft
                     * @enum {string}
                     */
                    rate_limit_headers?: "draft" | "draft+legacy";
                    timeouts_ms?: components["schemas"]["TimeoutsMs"];
                    /** @default 16777216 */
                    max_body_bytes?: number;
                    /**
                     * Format: uri
                     * @description What follows /gw/{name} is put behind it. Null: `upstreams` says where calls go.
                     * @default null
                     * @example https://api.example.com/v2
                     */
                    upstream_url?: string | null;
                    /**
                     * @description Several, by weight. Empty: there is one, `upstream_url`.
                     * @default []
                     */
                    upstreams?: {
                        /**
                         * Format: uri
                         * @example https://api.example.com/v2
                         */
                        url: string;
                        /**
                         * @description Its share of the calls, beside the weights of the others.
                         * @default 1
                         */
                        weight?: number;
                    }[];
                    /**
                     * @description When no upstream is well: try the least bad, or refuse with 503 and Retry-After.
                     * @default try
                     * @enum {string}
                     */
                    when_all_out?: "try" | "refuse";
                    /**
                     * @description Null: none is left out for its failures.
                     * @default null
                     */
                    circuit_breaker?: components["schemas"]["CircuitBreaker"] | null;
                    /**
                     * @description Null: upstreams are not asked how they are.
                     * @default null
                     */
                    health_check?: components["schemas"]["HealthCheck"] | null;
                    /**
                     * @description Null: a call is tried once.
                     * @default null
                     */
                    retries?: components["schemas"]["Retries"] | null;
                    /**
                     * @description Empty: every method.
                     * @default []
                     */
                    methods?: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
                    /**
                     * @description Id of a resource of type provider key.
                     * @default null
                     * @example pvk_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    provider_key_id?: string | null;
                    /**
                     * @description Where a caller may put the key, beside Authorization. All are stripped.
                     * @default [
                     *       "x-api-key"
                     *     ]
                     */
                    key_headers?: string[];
                    /**
                     * @description Null: nobody knows.
                     * @default null
                     */
                    api_version?: components["schemas"]["VersionSource"] | null;
                    /**
                     * @description Hosts of its own; *.example.com: all below. Empty: any host, if there are paths.
                     * @default []
                     */
                    hosts?: string[];
                    /**
                     * @description /v1: that and all below; =/v1/ping: exactly that. Empty: every path of the hosts.
                     * @default []
                     */
                    paths?: string[];
                    /** @default null */
                    rewrite?: components["schemas"]["Rewrite"] | null;
                    /** @default null */
                    header_rules?: components["schemas"]["HeaderRules"] | null;
                    /**
                     * @description Null: as the upstream says, and a preflight needs a key.
                     * @default null
                     */
                    cors?: components["schemas"]["Cors"] | null;
                    /**
                     * @description Null: the route is open.
                     * @default null
                     */
                    maintenance?: components["schemas"]["Maintenance"] | null;
                    /**
                     * @description Whether the upstream learns whose call it is: X-Claviger-Identity, a signed token, and its kin.
                     * @default false
                     */
                    tells_identity?: boolean;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type route. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type route. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type route. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example billing-v2 */
                    name?: string;
                    /**
                     * @description Keys of this api may enter.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id?: string;
                    /** @description A key needs all of these. At least one: a key without scopes opens nothing. */
                    required_scopes?: string[];
                    /** @enum {string} */
                    audit?: "ordinary" | "before-answer";
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"] | null;
                    limits?: components["schemas"]["Limit"][];
                    cost?: number;
                    /** @enum {string} */
                    rate_limit_headers?: "draft" | "draft+legacy";
                    timeouts_ms?: {
                        /** @default 5000 */
                        connect?: number;
                        /** @default 60000 */
                        first_byte?: number;
                        /** @default 60000 */
                        idle?: number;
                        /** @default 600000 */
                        total?: number;
                    };
                    max_body_bytes?: number;
                    /**
                     * Format: uri
                     * @example https://api.example.com/v2
                     */
                    upstream_url?: string | null;
                    upstreams?: {
                        /**
                         * Format: uri
                         * @example https://api.example.com/v2
                         */
                        url: string;
                        /**
                         * @description Its share of the calls, beside the weights of the others.
                         * @default 1
                         */
                        weight?: number;
                    }[];
                    /** @enum {string} */
                    when_all_out?: "try" | "refuse";
                    circuit_breaker?: components["schemas"]["CircuitBreaker"] | null;
                    health_check?: components["schemas"]["HealthCheck"] | null;
                    retries?: components["schemas"]["Retries"] | null;
                    methods?: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
                    /**
                     * @description Id of a resource of type provider key.
                     * @example pvk_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    provider_key_id?: string | null;
                    key_headers?: string[];
                    api_version?: components["schemas"]["VersionSource"] | null;
                    hosts?: string[];
                    paths?: string[];
                    rewrite?: components["schemas"]["Rewrite"] | null;
                    header_rules?: components["schemas"]["HeaderRules"] | null;
                    cors?: components["schemas"]["Cors"] | null;
                    maintenance?: components["schemas"]["Maintenance"] | null;
                    tells_identity?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRouteHealth: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a resource of type route. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteHealth"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-created_at" | "created_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example fast */
                    name: string;
                    /**
                     * @description Keys of this api may enter.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id: string;
                    /** @description A key needs all of these. At least one: a key without scopes opens nothing. */
                    required_scopes: string[];
                    /**
                     * @description before-answer: the decision is on disk before the answer.
                     * @default ordinary
                     * @enum {string}
                     */
                    audit?: "ordinary" | "before-answer";
                    /**
                     * @description Null: as the api says.
                     * @default null
                     */
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"] | null;
                    /**
                     * @description Shared by all callers.
                     * @default []
                     */
                    limits?: components["schemas"]["Limit"][];
                    /**
                     * @description Units that one call is charged.
                     * @default 1
                     */
                    cost?: number;
                    /**
                     * @description draft+legacy: answers carry X-RateLimit-Limit, -Remaining and -Reset (seconds) too.
                     * @default draft
                     * @enum {string}
                     */
                    rate_limit_headers?: "draft" | "draft+legacy";
                    timeouts_ms?: components["schemas"]["TimeoutsMs"];
                    /** @default 16777216 */
                    max_body_bytes?: number;
                    /** @description The first is called. There is no fallback to the others yet. */
                    deployments: {
                        /**
                         * Format: uri
                         * @description With the version segment.
                         * @example https://api.openai.com/v1
                         */
                        base_url: string;
                        /** @description The name the provider knows it by. */
                        model: string;
                        /**
                         * @description Id of a resource of type provider key.
                         * @default null
                         * @example pvk_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        provider_key_id?: string | null;
                        /**
                         * @description Whether the provider takes stream_options.include_usage.
                         * @default true
                         */
                        asks_stream_usage?: boolean;
                    }[];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of a copy: 304 when it is still good. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description The copy is still good. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what the change is based on. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of a resource of type model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example fast */
                    name?: string;
                    /**
                     * @description Keys of this api may enter.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id?: string;
                    /** @description A key needs all of these. At least one: a key without scopes opens nothing. */
                    required_scopes?: string[];
                    /** @enum {string} */
                    audit?: "ordinary" | "before-answer";
                    on_feed_loss?: components["schemas"]["FeedLossPolicy"] | null;
                    limits?: components["schemas"]["Limit"][];
                    cost?: number;
                    /** @enum {string} */
                    rate_limit_headers?: "draft" | "draft+legacy";
                    timeouts_ms?: {
                        /** @default 5000 */
                        connect?: number;
                        /** @default 60000 */
                        first_byte?: number;
                        /** @default 60000 */
                        idle?: number;
                        /** @default 600000 */
                        total?: number;
                    };
                    max_body_bytes?: number;
                    /** @description The first is called. There is no fallback to the others yet. */
                    deployments?: {
                        /**
                         * Format: uri
                         * @description With the version segment.
                         * @example https://api.openai.com/v1
                         */
                        base_url: string;
                        /** @description The name the provider knows it by. */
                        model: string;
                        /**
                         * @description Id of a resource of type provider key.
                         * @default null
                         * @example pvk_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        provider_key_id?: string | null;
                        /**
                         * @description Whether the provider takes stream_options.include_usage.
                         * @default true
                         */
                        asks_stream_usage?: boolean;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainDecision: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Id of a resource of type key.
                     * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    key_id?: string;
                    /** @description Which secret of the key; the newest when it is left out. Only beside `key_id`. */
                    version?: number;
                    /**
                     * Format: password
                     * @description As it was presented, in place of `key_id`.
                     */
                    key?: string;
                    /**
                     * @description At whose door it was presented.
                     * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                     */
                    api_id?: string;
                    /** @description All of these are needed. */
                    scopes?: string[];
                    /**
                     * @description The end client, for keys that are held to address ranges.
                     * @example 192.0.2.1
                     */
                    client_ip?: string;
                    /** @description Units to charge; 1 by default. */
                    cost?: number;
                    /** @description The call that is decided about: for restrictions of the key, and for the journal. */
                    request?: {
                        /** @example GET */
                        method?: string;
                        /**
                         * @description As it came; a query is cut off.
                         * @example /orders
                         */
                        path?: string;
                        /** @description The header field Origin. */
                        origin?: string;
                        /** @description The header field Referer. */
                        referer?: string;
                        /** @description The header field User-Agent. */
                        user_agent?: string;
                        /** @description The version of the api that is called. */
                        api_version?: string;
                        /** @description SHA-256 of the certificate that the client proved to hold: base64url or hexadecimal. */
                        client_certificate?: string;
                    };
                    /**
                     * Format: date-time
                     * @description As if it were then, with the key as it is now. Limits are told as they are now and decide nothing.
                     * @example 2026-11-24T12:00:00.000Z
                     */
                    at?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewChange: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A key, and what would be changed: whatever `PATCH /keys/{id}` takes. */
                    key?: {
                        /** @example Billing */
                        name?: string;
                        /**
                         * @description Whom to ask about it.
                         * @example payments@example.com
                         */
                        owner?: string | null;
                        tags?: string[];
                        api_ids?: string[];
                        scopes?: string[];
                        /** @description What its roles hold comes to its scopes, as they are at the moment. */
                        role_ids?: string[];
                        /**
                         * @description Why it may so much. Scopes with a wildcard need it, and an expiry.
                         * @example Migration of the old billing, until it is done.
                         */
                        grant_reason?: string | null;
                        /** @description All of them have to be met, asked in this order. */
                        restrictions?: components["schemas"]["Restriction"][];
                        limits?: components["schemas"]["Limit"][];
                        /**
                         * @description Its limits hold beside those of the key. Null: the plan of the app.
                         * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        plan_id?: string | null;
                        /**
                         * @description Your own facts; Claviger does not read them.
                         * @example {
                         *       "team": "payments"
                         *     }
                         */
                        metadata?: {
                            [key: string]: unknown;
                        };
                        /**
                         * Format: date-time
                         * @description RFC 3339.
                         * @example 2026-11-24T12:00:00.000Z
                         */
                        not_before?: string | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339.
                         * @example 2026-11-24T12:00:00.000Z
                         */
                        expires_at?: string;
                        /** @description Not used for so long, it refuses with `key_dormant` until it is woken. Null: as the workspace has it. */
                        dormant_after_days?: number | null;
                        disabled?: boolean;
                        /**
                         * @description Id of a resource of type key.
                         * @example key_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        id: string;
                    };
                    /** @description An api, and what would be changed: whatever `PATCH /apis/{id}` takes. */
                    api?: {
                        /** @example Billing */
                        name?: string;
                        scopes?: string[];
                        maximum?: components["schemas"]["ApiMaximum"] | null;
                        on_feed_loss?: components["schemas"]["FeedLossPolicy"];
                        limits?: components["schemas"]["Limit"][];
                        disabled?: boolean;
                        /**
                         * @description Id of a resource of type api.
                         * @example api_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        id: string;
                    };
                    /** @description An app, and what would be changed: whatever `PATCH /apps/{id}` takes. */
                    app?: {
                        /** @example Billing */
                        name?: string;
                        /**
                         * @description Whom to ask about it.
                         * @example payments@example.com
                         */
                        owner?: string;
                        description?: string;
                        /**
                         * @description Your own facts; Claviger does not read them.
                         * @example {
                         *       "team": "payments"
                         *     }
                         */
                        metadata?: {
                            [key: string]: unknown;
                        };
                        limits?: components["schemas"]["Limit"][];
                        /**
                         * @description Its limits hold for each key of the app that has no plan of its own.
                         * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        plan_id?: string | null;
                        disabled?: boolean;
                        /**
                         * @description Id of a resource of type app.
                         * @example app_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        id: string;
                    };
                    /** @description A role, and what would be changed: whatever `PATCH /roles/{id}` takes. */
                    role?: {
                        /** @example Billing */
                        name?: string;
                        description?: string;
                        /** @description Scopes and patterns, of any apis. At each api of a key those count that it has. */
                        scopes?: string[];
                        /**
                         * @description Id of a resource of type role.
                         * @example rol_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        id: string;
                    };
                    /** @description A plan, and what would be changed: whatever `PATCH /plans/{id}` takes. */
                    plan?: {
                        /** @example Billing */
                        name?: string;
                        limits?: components["schemas"]["Limit"][];
                        /**
                         * @description Id of a resource of type plan.
                         * @example pln_01k2m5f8r2e9vbt9rpk9w0z5c3
                         */
                        id: string;
                    };
                    /**
                     * @description How far to look back.
                     * @default 7
                     */
                    days?: number;
                    /**
                     * @description At most so many are evaluated, the newest; where limits are run again, those before and those of keys that share one count too.
                     * @default 250000
                     */
                    max_decisions?: number;
                    /**
                     * @description Calls shown of each group.
                     * @default 5
                     */
                    samples?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost`, `overloaded` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCredits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key or app that owns the balance. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditBalance"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCreditEntries: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-number";
            };
            header?: never;
            path: {
                /** @description Id of the key or app that owns the balance. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditEntryList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grantCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the key or app that owns the balance. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example 1000 */
                    units: number;
                    /**
                     * @description Your own id of this booking, such as that of an invoice. Said again, with whatever Idempotency-Key, it answers the first booking and books nothing. Left out: a new one each time.
                     * @example invoice-2026-118
                     */
                    reference?: string;
                    /** @description For people; it stays in the ledger. */
                    note?: string;
                    /**
                     * Format: date-time
                     * @description What is left of the grant then expires. Left out: never.
                     * @example 2027-11-24T12:00:00.000Z
                     */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditEntry"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refundCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the key or app that owns the balance. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Number of the `spend` that is refunded.
                     * @example 2
                     */
                    entry: number;
                    /**
                     * @description Left out: all that is left to refund of it.
                     * @example 40
                     */
                    units?: number;
                    /**
                     * @description Your own id of this booking, such as that of an invoice. Said again, with whatever Idempotency-Key, it answers the first booking and books nothing. Left out: a new one each time.
                     * @example invoice-2026-118
                     */
                    reference?: string;
                    /** @description For people; it stays in the ledger. */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditEntry"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adjustCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the key or app that owns the balance. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Number of the `grant`, `refund` or `adjust` that is corrected.
                     * @example 1
                     */
                    entry: number;
                    /**
                     * @description Below 0: so many are taken away. Left out: the entry is taken back whole.
                     * @example -100
                     */
                    units?: number;
                    /**
                     * @description Your own id of this booking, such as that of an invoice. Said again, with whatever Idempotency-Key, it answers the first booking and books nothing. Left out: a new one each time.
                     * @example invoice-2026-118
                     */
                    reference?: string;
                    /**
                     * @description Why; it stays in the ledger.
                     * @example Granted twice.
                     */
                    note: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditEntry"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleNodeCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of a resource of type node. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description spent: all that it held counts as spent. free: only what its spool has told; the rest can be spent again.
                     * @enum {string}
                     */
                    as: "spent" | "free";
                    /**
                     * @description Why; it stays in the audit log.
                     * @example The disk of that machine is lost.
                     */
                    note: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettledCredits"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone`, `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listShieldBlocks: {
        parameters: {
            query?: {
                kind?: "address" | "key" | "prefix";
                /** @description An address (its /56 in IPv6), the public id in a key, or the prefix of keys. */
                subject?: string;
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "subject" | "-subject";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShieldBlockList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftShieldBlock: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    kind: "address";
                    /**
                     * @description An address, or the range as the list shows it.
                     * @example 203.0.113.7
                     */
                    subject: string;
                } | {
                    /** @constant */
                    kind: "key";
                    /**
                     * @description The public id, as it stands in the key.
                     * @example 4fJ2kQ0aZx81
                     */
                    subject: string;
                } | {
                    /** @constant */
                    kind: "prefix";
                    /** @example acme */
                    subject: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiftedShieldBlock"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed`, `bad_json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                actor_id?: string;
                resource_id?: string;
                operation?: string;
                key_id?: string;
                request_id?: string;
                /** @description RFC 3339. */
                from?: string;
                /** @description RFC 3339. */
                to?: string;
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntryList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDecisions: {
        parameters: {
            query?: {
                app_id?: string;
                key_id?: string;
                target_id?: string;
                door?: "verify" | "gw" | "openai" | "authz" | "sdk";
                request_id?: string;
                /** @description RFC 3339. */
                from?: string;
                /** @description RFC 3339. */
                to?: string;
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProbes: {
        parameters: {
            query?: {
                ip_prefix?: string;
                reason?: string;
                /** @description RFC 3339. */
                from?: string;
                /** @description RFC 3339. */
                to?: string;
                rows?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probes"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description RFC 3339. */
                from?: string;
                /** @description RFC 3339. */
                to?: string;
                /** @description Some of hour, day, app, key, target, with commas; empty: one sum. */
                group_by?: string;
                app_id?: string;
                key_id?: string;
                target_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNodes: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters and order. */
                cursor?: string;
                sort?: "-started_at" | "started_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeList"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkSeal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealCheck"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKeyring: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealRotation"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotatePepper: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealRotation"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateIdentityKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to repeat for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealRotation"];
                };
            };
            /** @description `bad_request`, `bad_path`, `bad_header`, `validation_failed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `credential_missing`, `credential_invalid`, `key_expired` */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspace_disabled`, `permission_missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_in_flight`, `idempotency_secret_gone` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `uri_too_long` */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_mismatch` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `probing` */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`, `draining`, `feed_lost` */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
