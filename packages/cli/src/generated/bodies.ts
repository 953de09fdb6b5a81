// Written by `npm run openapi` from openapi/claviger.json. Do not edit.
import type { Schema } from '../apply/json-schema.ts'

/** What each creation and each change takes. */
export const BODIES: Readonly<Record<string, Schema>> = {
 "createAdminKey": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "role": {
    "type": "string",
    "enum": [
     "owner",
     "operator",
     "auditor",
     "verifier"
    ]
   },
   "api_ids": {
    "minItems": 1,
    "maxItems": 100,
    "type": [
     "array",
     "null"
    ],
    "items": {
     "type": "string",
     "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true,
    "default": null
   },
   "scopes": {
    "maxItems": 200,
    "type": [
     "array",
     "null"
    ],
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true,
    "default": null
   },
   "expires_at": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   }
  },
  "required": [
   "name",
   "role"
  ],
  "additionalProperties": false
 },
 "createWorkspace": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "max_key_age_seconds": {
    "default": 31536000,
    "type": "integer",
    "minimum": 60,
    "maximum": 315360000
   },
   "dormant_after_days": {
    "type": [
     "integer",
     "null"
    ],
    "minimum": 1,
    "maximum": 3650,
    "default": null
   },
   "restore_window_days": {
    "default": 30,
    "type": "integer",
    "minimum": 0,
    "maximum": 365
   }
  },
  "required": [
   "name"
  ],
  "additionalProperties": false
 },
 "updateWorkspace": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "max_key_age_seconds": {
    "type": "integer",
    "minimum": 60,
    "maximum": 315360000
   },
   "dormant_after_days": {
    "type": [
     "integer",
     "null"
    ],
    "minimum": 1,
    "maximum": 3650
   },
   "restore_window_days": {
    "type": "integer",
    "minimum": 0,
    "maximum": 365
   },
   "disabled": {
    "type": "boolean"
   }
  },
  "additionalProperties": false
 },
 "createApp": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "owner": {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "payments@example.com"
   },
   "description": {
    "default": "",
    "type": "string",
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$"
   },
   "metadata": {
    "default": {},
    "type": "object",
    "propertyNames": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "additionalProperties": {}
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "plan_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pln_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pln_01k2m5f8r2e9vbt9rpk9w0z5c3",
    "default": null
   }
  },
  "required": [
   "name",
   "owner"
  ],
  "additionalProperties": false
 },
 "updateApp": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "owner": {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "payments@example.com"
   },
   "description": {
    "type": "string",
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$"
   },
   "metadata": {
    "type": "object",
    "propertyNames": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "additionalProperties": {}
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "plan_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pln_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pln_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "disabled": {
    "type": "boolean"
   }
  },
  "additionalProperties": false
 },
 "createApi": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "prefix": {
    "type": "string",
    "pattern": "^[a-z0-9]{2,12}$",
    "example": "acme"
   },
   "scopes": {
    "default": [],
    "maxItems": 1000,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "maximum": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/ApiMaximum"
     },
     {
      "type": "null"
     }
    ]
   },
   "on_feed_loss": {
    "default": {
     "mode": "serve_known",
     "max_stale_seconds": 600
    },
    "$ref": "#/components/schemas/FeedLossPolicy"
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   }
  },
  "required": [
   "name",
   "prefix"
  ],
  "additionalProperties": false
 },
 "updateApi": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "scopes": {
    "maxItems": 1000,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "maximum": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/ApiMaximum"
     },
     {
      "type": "null"
     }
    ]
   },
   "on_feed_loss": {
    "$ref": "#/components/schemas/FeedLossPolicy"
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "disabled": {
    "type": "boolean"
   }
  },
  "additionalProperties": false
 },
 "createKey": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "app_id": {
    "type": "string",
    "pattern": "^app_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "app_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "owner": {
    "type": [
     "string",
     "null"
    ],
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "payments@example.com",
    "default": null
   },
   "tags": {
    "default": [],
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
     "example": "billing-v2"
    },
    "uniqueItems": true
   },
   "api_ids": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "environment": {
    "default": "live",
    "type": "string",
    "pattern": "^[a-z0-9]{2,12}$"
   },
   "scopes": {
    "default": [],
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "role_ids": {
    "default": [],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^rol_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "rol_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "grant_reason": {
    "type": [
     "string",
     "null"
    ],
    "minLength": 1,
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "Migration of the old billing, until it is done.",
    "default": null
   },
   "restrictions": {
    "default": [],
    "maxItems": 32,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Restriction"
    }
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "plan_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pln_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pln_01k2m5f8r2e9vbt9rpk9w0z5c3",
    "default": null
   },
   "metadata": {
    "default": {},
    "type": "object",
    "propertyNames": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "additionalProperties": {}
   },
   "not_before": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "expires_at": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "dormant_after_days": {
    "type": [
     "integer",
     "null"
    ],
    "minimum": 1,
    "maximum": 3650,
    "default": null
   }
  },
  "required": [
   "name",
   "app_id",
   "api_ids"
  ],
  "additionalProperties": false
 },
 "updateKey": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "owner": {
    "type": [
     "string",
     "null"
    ],
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "payments@example.com"
   },
   "tags": {
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
     "example": "billing-v2"
    },
    "uniqueItems": true
   },
   "api_ids": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "scopes": {
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "role_ids": {
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^rol_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "rol_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "grant_reason": {
    "type": [
     "string",
     "null"
    ],
    "minLength": 1,
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$",
    "example": "Migration of the old billing, until it is done."
   },
   "restrictions": {
    "maxItems": 32,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Restriction"
    }
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "plan_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pln_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pln_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "metadata": {
    "type": "object",
    "propertyNames": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "additionalProperties": {}
   },
   "not_before": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "expires_at": {
    "type": "string",
    "format": "date-time"
   },
   "dormant_after_days": {
    "type": [
     "integer",
     "null"
    ],
    "minimum": 1,
    "maximum": 3650
   },
   "disabled": {
    "type": "boolean"
   }
  },
  "additionalProperties": false
 },
 "createPlan": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   }
  },
  "required": [
   "name"
  ],
  "additionalProperties": false
 },
 "updatePlan": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   }
  },
  "additionalProperties": false
 },
 "createRole": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "description": {
    "default": "",
    "type": "string",
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$"
   },
   "scopes": {
    "default": [],
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   }
  },
  "required": [
   "name"
  ],
  "additionalProperties": false
 },
 "updateRole": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "description": {
    "type": "string",
    "maxLength": 1000,
    "pattern": "^[^\\p{Cs}\\0]*$"
   },
   "scopes": {
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   }
  },
  "additionalProperties": false
 },
 "createProviderKey": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "provider": {
    "type": "string",
    "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
    "example": "openai"
   },
   "origins": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 300
    }
   },
   "injection": {
    "$ref": "#/components/schemas/Injection"
   },
   "secret": {
    "type": "string",
    "minLength": 1,
    "maxLength": 16384,
    "pattern": "^[\\x20-\\x7e\\r\\n\\t]*$",
    "format": "password"
   },
   "used_by": {
    "default": {},
    "$ref": "#/components/schemas/CredentialUsers"
   }
  },
  "required": [
   "name",
   "provider",
   "origins",
   "secret"
  ],
  "additionalProperties": false
 },
 "updateProviderKey": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^(?!\\s)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*(?<!\\s)$",
    "example": "Billing"
   },
   "provider": {
    "type": "string",
    "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
    "example": "openai"
   },
   "origins": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 300
    }
   },
   "used_by": {
    "$ref": "#/components/schemas/CredentialUsers"
   }
  },
  "additionalProperties": false
 },
 "createRoute": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
    "example": "billing-v2"
   },
   "api_id": {
    "type": "string",
    "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "required_scopes": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "audit": {
    "default": "ordinary",
    "type": "string",
    "enum": [
     "ordinary",
     "before-answer"
    ]
   },
   "on_feed_loss": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/FeedLossPolicy"
     },
     {
      "type": "null"
     }
    ]
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "cost": {
    "default": 1,
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000000
   },
   "rate_limit_headers": {
    "default": "draft",
    "type": "string",
    "enum": [
     "draft",
     "draft+legacy"
    ]
   },
   "timeouts_ms": {
    "$ref": "#/components/schemas/TimeoutsMs"
   },
   "max_body_bytes": {
    "default": 16777216,
    "type": "integer",
    "minimum": 0,
    "maximum": 1073741824
   },
   "upstream_url": {
    "type": [
     "string",
     "null"
    ],
    "maxLength": 2048,
    "format": "uri",
    "default": null
   },
   "upstreams": {
    "default": [],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "url": {
       "type": "string",
       "maxLength": 2048,
       "format": "uri"
      },
      "weight": {
       "default": 1,
       "type": "integer",
       "minimum": 1,
       "maximum": 1000
      }
     },
     "required": [
      "url"
     ],
     "additionalProperties": false
    }
   },
   "when_all_out": {
    "default": "try",
    "type": "string",
    "enum": [
     "try",
     "refuse"
    ]
   },
   "circuit_breaker": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/CircuitBreaker"
     },
     {
      "type": "null"
     }
    ]
   },
   "health_check": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/HealthCheck"
     },
     {
      "type": "null"
     }
    ]
   },
   "retries": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/Retries"
     },
     {
      "type": "null"
     }
    ]
   },
   "methods": {
    "default": [],
    "maxItems": 7,
    "type": "array",
    "items": {
     "type": "string",
     "enum": [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS"
     ]
    },
    "uniqueItems": true
   },
   "provider_key_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pvk_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pvk_01k2m5f8r2e9vbt9rpk9w0z5c3",
    "default": null
   },
   "key_headers": {
    "default": [
     "x-api-key"
    ],
    "maxItems": 5,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$"
    },
    "uniqueItems": true
   },
   "api_version": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/VersionSource"
     },
     {
      "type": "null"
     }
    ]
   },
   "hosts": {
    "default": [],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 253,
     "pattern": "^(?:\\*\\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$",
     "example": "api.example.com"
    },
    "uniqueItems": true
   },
   "paths": {
    "default": [],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 256,
     "pattern": "^(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+|=(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+\\/?))$",
     "example": "/v1"
    },
    "uniqueItems": true
   },
   "rewrite": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/Rewrite"
     },
     {
      "type": "null"
     }
    ]
   },
   "header_rules": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/HeaderRules"
     },
     {
      "type": "null"
     }
    ]
   },
   "cors": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/Cors"
     },
     {
      "type": "null"
     }
    ]
   },
   "maintenance": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/Maintenance"
     },
     {
      "type": "null"
     }
    ]
   },
   "tells_identity": {
    "default": false,
    "type": "boolean"
   }
  },
  "required": [
   "name",
   "api_id",
   "required_scopes"
  ],
  "additionalProperties": false
 },
 "updateRoute": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "pattern": "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
    "example": "billing-v2"
   },
   "api_id": {
    "type": "string",
    "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "required_scopes": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "audit": {
    "type": "string",
    "enum": [
     "ordinary",
     "before-answer"
    ]
   },
   "on_feed_loss": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/FeedLossPolicy"
     },
     {
      "type": "null"
     }
    ]
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "cost": {
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000000
   },
   "rate_limit_headers": {
    "type": "string",
    "enum": [
     "draft",
     "draft+legacy"
    ]
   },
   "timeouts_ms": {
    "type": "object",
    "properties": {
     "connect": {
      "default": 5000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "first_byte": {
      "default": 60000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "idle": {
      "default": 60000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "total": {
      "default": 600000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     }
    },
    "additionalProperties": false
   },
   "max_body_bytes": {
    "type": "integer",
    "minimum": 0,
    "maximum": 1073741824
   },
   "upstream_url": {
    "type": [
     "string",
     "null"
    ],
    "maxLength": 2048,
    "format": "uri"
   },
   "upstreams": {
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "url": {
       "type": "string",
       "maxLength": 2048,
       "format": "uri"
      },
      "weight": {
       "default": 1,
       "type": "integer",
       "minimum": 1,
       "maximum": 1000
      }
     },
     "required": [
      "url"
     ],
     "additionalProperties": false
    }
   },
   "when_all_out": {
    "type": "string",
    "enum": [
     "try",
     "refuse"
    ]
   },
   "circuit_breaker": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/CircuitBreaker"
     },
     {
      "type": "null"
     }
    ]
   },
   "health_check": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/HealthCheck"
     },
     {
      "type": "null"
     }
    ]
   },
   "retries": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/Retries"
     },
     {
      "type": "null"
     }
    ]
   },
   "methods": {
    "maxItems": 7,
    "type": "array",
    "items": {
     "type": "string",
     "enum": [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS"
     ]
    },
    "uniqueItems": true
   },
   "provider_key_id": {
    "type": [
     "string",
     "null"
    ],
    "pattern": "^pvk_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "pvk_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "key_headers": {
    "maxItems": 5,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$"
    },
    "uniqueItems": true
   },
   "api_version": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/VersionSource"
     },
     {
      "type": "null"
     }
    ]
   },
   "hosts": {
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 253,
     "pattern": "^(?:\\*\\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$",
     "example": "api.example.com"
    },
    "uniqueItems": true
   },
   "paths": {
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 256,
     "pattern": "^(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+|=(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+\\/?))$",
     "example": "/v1"
    },
    "uniqueItems": true
   },
   "rewrite": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/Rewrite"
     },
     {
      "type": "null"
     }
    ]
   },
   "header_rules": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/HeaderRules"
     },
     {
      "type": "null"
     }
    ]
   },
   "cors": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/Cors"
     },
     {
      "type": "null"
     }
    ]
   },
   "maintenance": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/Maintenance"
     },
     {
      "type": "null"
     }
    ]
   },
   "tells_identity": {
    "type": "boolean"
   }
  },
  "additionalProperties": false
 },
 "createModel": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$",
    "example": "fast"
   },
   "api_id": {
    "type": "string",
    "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "required_scopes": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "audit": {
    "default": "ordinary",
    "type": "string",
    "enum": [
     "ordinary",
     "before-answer"
    ]
   },
   "on_feed_loss": {
    "default": null,
    "anyOf": [
     {
      "$ref": "#/components/schemas/FeedLossPolicy"
     },
     {
      "type": "null"
     }
    ]
   },
   "limits": {
    "default": [],
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "cost": {
    "default": 1,
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000000
   },
   "rate_limit_headers": {
    "default": "draft",
    "type": "string",
    "enum": [
     "draft",
     "draft+legacy"
    ]
   },
   "timeouts_ms": {
    "$ref": "#/components/schemas/TimeoutsMs"
   },
   "max_body_bytes": {
    "default": 16777216,
    "type": "integer",
    "minimum": 0,
    "maximum": 1073741824
   },
   "deployments": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "base_url": {
       "type": "string",
       "maxLength": 2048,
       "format": "uri"
      },
      "model": {
       "type": "string",
       "minLength": 1,
       "maxLength": 256
      },
      "provider_key_id": {
       "type": [
        "string",
        "null"
       ],
       "pattern": "^pvk_[0-9a-hjkmnp-tv-z]{26}$",
       "example": "pvk_01k2m5f8r2e9vbt9rpk9w0z5c3",
       "default": null
      },
      "asks_stream_usage": {
       "default": true,
       "type": "boolean"
      }
     },
     "required": [
      "base_url",
      "model"
     ],
     "additionalProperties": false
    }
   }
  },
  "required": [
   "name",
   "api_id",
   "required_scopes",
   "deployments"
  ],
  "additionalProperties": false
 },
 "updateModel": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$",
    "example": "fast"
   },
   "api_id": {
    "type": "string",
    "pattern": "^api_[0-9a-hjkmnp-tv-z]{26}$",
    "example": "api_01k2m5f8r2e9vbt9rpk9w0z5c3"
   },
   "required_scopes": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true
   },
   "audit": {
    "type": "string",
    "enum": [
     "ordinary",
     "before-answer"
    ]
   },
   "on_feed_loss": {
    "anyOf": [
     {
      "$ref": "#/components/schemas/FeedLossPolicy"
     },
     {
      "type": "null"
     }
    ]
   },
   "limits": {
    "maxItems": 16,
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Limit"
    }
   },
   "cost": {
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000000
   },
   "rate_limit_headers": {
    "type": "string",
    "enum": [
     "draft",
     "draft+legacy"
    ]
   },
   "timeouts_ms": {
    "type": "object",
    "properties": {
     "connect": {
      "default": 5000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "first_byte": {
      "default": 60000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "idle": {
      "default": 60000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     },
     "total": {
      "default": 600000,
      "type": "integer",
      "minimum": 0,
      "maximum": 3600000
     }
    },
    "additionalProperties": false
   },
   "max_body_bytes": {
    "type": "integer",
    "minimum": 0,
    "maximum": 1073741824
   },
   "deployments": {
    "minItems": 1,
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "base_url": {
       "type": "string",
       "maxLength": 2048,
       "format": "uri"
      },
      "model": {
       "type": "string",
       "minLength": 1,
       "maxLength": 256
      },
      "provider_key_id": {
       "type": [
        "string",
        "null"
       ],
       "pattern": "^pvk_[0-9a-hjkmnp-tv-z]{26}$",
       "example": "pvk_01k2m5f8r2e9vbt9rpk9w0z5c3",
       "default": null
      },
      "asks_stream_usage": {
       "default": true,
       "type": "boolean"
      }
     },
     "required": [
      "base_url",
      "model"
     ],
     "additionalProperties": false
    }
   }
  },
  "additionalProperties": false
 }
}

/** What they refer to. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
 "Limit": {
  "oneOf": [
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "window"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9_-]{1,32}$",
      "example": "requests"
     },
     "limit": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "window_seconds": {
      "type": "integer",
      "minimum": 1,
      "maximum": 2678400
     },
     "class": {
      "default": "bounded",
      "type": "string",
      "enum": [
       "exact",
       "bounded",
       "approximate"
      ]
     },
     "mode": {
      "default": "enforce",
      "type": "string",
      "enum": [
       "enforce",
       "shadow"
      ]
     },
     "on_counter_loss": {
      "default": "closed",
      "type": "string",
      "enum": [
       "closed",
       "open",
       "local"
      ]
     },
     "per": {
      "anyOf": [
       {
        "type": "string",
        "enum": [
         "key",
         "app",
         "ip",
         "route"
        ]
       },
       {
        "minItems": 1,
        "maxItems": 4,
        "type": "array",
        "items": {
         "type": "string",
         "enum": [
          "key",
          "app",
          "ip",
          "route"
         ]
        }
       }
      ]
     }
    },
    "required": [
     "kind",
     "name",
     "limit",
     "window_seconds"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "burst"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9_-]{1,32}$",
      "example": "requests"
     },
     "limit": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "window_seconds": {
      "type": "integer",
      "minimum": 1,
      "maximum": 2678400
     },
     "burst": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "class": {
      "default": "bounded",
      "type": "string",
      "enum": [
       "exact",
       "bounded",
       "approximate"
      ]
     },
     "mode": {
      "default": "enforce",
      "type": "string",
      "enum": [
       "enforce",
       "shadow"
      ]
     },
     "on_counter_loss": {
      "default": "closed",
      "type": "string",
      "enum": [
       "closed",
       "open",
       "local"
      ]
     },
     "per": {
      "anyOf": [
       {
        "type": "string",
        "enum": [
         "key",
         "app",
         "ip",
         "route"
        ]
       },
       {
        "minItems": 1,
        "maxItems": 4,
        "type": "array",
        "items": {
         "type": "string",
         "enum": [
          "key",
          "app",
          "ip",
          "route"
         ]
        }
       }
      ]
     }
    },
    "required": [
     "kind",
     "name",
     "limit",
     "window_seconds",
     "burst"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "concurrency"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9_-]{1,32}$",
      "example": "requests"
     },
     "limit": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "class": {
      "default": "bounded",
      "type": "string",
      "enum": [
       "exact",
       "bounded",
       "approximate"
      ]
     },
     "mode": {
      "default": "enforce",
      "type": "string",
      "enum": [
       "enforce",
       "shadow"
      ]
     },
     "on_counter_loss": {
      "default": "closed",
      "type": "string",
      "enum": [
       "closed",
       "open",
       "local"
      ]
     },
     "per": {
      "anyOf": [
       {
        "type": "string",
        "enum": [
         "key",
         "app",
         "ip",
         "route"
        ]
       },
       {
        "minItems": 1,
        "maxItems": 4,
        "type": "array",
        "items": {
         "type": "string",
         "enum": [
          "key",
          "app",
          "ip",
          "route"
         ]
        }
       }
      ]
     }
    },
    "required": [
     "kind",
     "name",
     "limit"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "quota"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9_-]{1,32}$",
      "example": "requests"
     },
     "limit": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "period": {
      "type": "string",
      "enum": [
       "day",
       "week",
       "month",
       "year"
      ]
     },
     "anchor_day": {
      "default": 1,
      "type": "integer",
      "minimum": 1,
      "maximum": 31
     },
     "anchor_month": {
      "default": 1,
      "type": "integer",
      "minimum": 1,
      "maximum": 12
     },
     "zone": {
      "default": "UTC",
      "type": "string",
      "maxLength": 64
     },
     "class": {
      "default": "bounded",
      "type": "string",
      "enum": [
       "exact",
       "bounded"
      ]
     },
     "mode": {
      "default": "enforce",
      "type": "string",
      "enum": [
       "enforce",
       "shadow"
      ]
     },
     "on_counter_loss": {
      "default": "closed",
      "type": "string",
      "enum": [
       "closed",
       "open",
       "local"
      ]
     },
     "per": {
      "anyOf": [
       {
        "type": "string",
        "enum": [
         "key",
         "app",
         "ip",
         "route"
        ]
       },
       {
        "minItems": 1,
        "maxItems": 4,
        "type": "array",
        "items": {
         "type": "string",
         "enum": [
          "key",
          "app",
          "ip",
          "route"
         ]
        }
       }
      ]
     }
    },
    "required": [
     "kind",
     "name",
     "limit",
     "period"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "credits"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9_-]{1,32}$",
      "example": "requests"
     },
     "class": {
      "default": "bounded",
      "type": "string",
      "enum": [
       "exact",
       "bounded"
      ]
     },
     "mode": {
      "default": "enforce",
      "type": "string",
      "enum": [
       "enforce",
       "shadow"
      ]
     },
     "on_counter_loss": {
      "default": "closed",
      "type": "string",
      "enum": [
       "closed",
       "open"
      ]
     },
     "per": {
      "type": "string",
      "enum": [
       "key",
       "app"
      ]
     }
    },
    "required": [
     "kind",
     "name"
    ],
    "additionalProperties": false
   }
  ]
 },
 "ApiMaximum": {
  "type": "object",
  "properties": {
   "scopes": {
    "maxItems": 200,
    "type": [
     "array",
     "null"
    ],
    "items": {
     "type": "string",
     "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$",
     "example": "invoices.read"
    },
    "uniqueItems": true,
    "default": null
   },
   "lifetime_seconds": {
    "type": [
     "integer",
     "null"
    ],
    "minimum": 60,
    "maximum": 315360000,
    "default": null
   },
   "required_restrictions": {
    "default": [],
    "maxItems": 9,
    "type": "array",
    "items": {
     "type": "string",
     "enum": [
      "ip",
      "origin",
      "user_agent",
      "request",
      "country",
      "asn",
      "time",
      "client_certificate",
      "api_version"
     ]
    },
    "uniqueItems": true
   }
  },
  "additionalProperties": false
 },
 "FeedLossPolicy": {
  "oneOf": [
   {
    "type": "object",
    "properties": {
     "mode": {
      "type": "string",
      "const": "deny"
     }
    },
    "required": [
     "mode"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "mode": {
      "type": "string",
      "const": "serve_known"
     },
     "max_stale_seconds": {
      "type": "integer",
      "minimum": 0,
      "maximum": 86400
     }
    },
    "required": [
     "mode",
     "max_stale_seconds"
    ],
    "additionalProperties": false
   }
  ]
 },
 "Restriction": {
  "oneOf": [
   {
    "$ref": "#/components/schemas/IpRestriction"
   },
   {
    "$ref": "#/components/schemas/OriginRestriction"
   },
   {
    "$ref": "#/components/schemas/UserAgentRestriction"
   },
   {
    "$ref": "#/components/schemas/RequestRestriction"
   },
   {
    "$ref": "#/components/schemas/CountryRestriction"
   },
   {
    "$ref": "#/components/schemas/AsnRestriction"
   },
   {
    "$ref": "#/components/schemas/TimeRestriction"
   },
   {
    "$ref": "#/components/schemas/ClientCertificateRestriction"
   },
   {
    "$ref": "#/components/schemas/ApiVersionRestriction"
   }
  ]
 },
 "IpRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "ip"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 64
    },
    "uniqueItems": true
   },
   "deny": {
    "minItems": 1,
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 64
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind"
  ],
  "additionalProperties": false
 },
 "OriginRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "origin"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 300
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind",
   "allow"
  ],
  "additionalProperties": false
 },
 "UserAgentRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "user_agent"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 200
    },
    "uniqueItems": true
   },
   "deny": {
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 200
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind"
  ],
  "additionalProperties": false
 },
 "RequestRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "request"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "methods": {
       "minItems": 1,
       "maxItems": 20,
       "type": "array",
       "items": {
        "type": "string",
        "pattern": "^[A-Z][A-Z-]{0,31}$",
        "example": "GET"
       },
       "uniqueItems": true
      },
      "path": {
       "type": "string",
       "minLength": 1,
       "maxLength": 512
      }
     },
     "required": [
      "path"
     ],
     "additionalProperties": false
    }
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind",
   "allow"
  ],
  "additionalProperties": false
 },
 "CountryRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "country"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 250,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[A-Z]{2}$",
     "example": "DE"
    },
    "uniqueItems": true
   },
   "deny": {
    "minItems": 1,
    "maxItems": 250,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[A-Z]{2}$",
     "example": "DE"
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind"
  ],
  "additionalProperties": false
 },
 "AsnRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "asn"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4294967295
    },
    "uniqueItems": true
   },
   "deny": {
    "minItems": 1,
    "maxItems": 200,
    "type": "array",
    "items": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4294967295
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind"
  ],
  "additionalProperties": false
 },
 "TimeRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "time"
   },
   "zone": {
    "type": "string",
    "minLength": 1,
    "maxLength": 64
   },
   "windows": {
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "days": {
       "minItems": 1,
       "maxItems": 7,
       "type": "array",
       "items": {
        "type": "string",
        "enum": [
         "mon",
         "tue",
         "wed",
         "thu",
         "fri",
         "sat",
         "sun"
        ]
       },
       "uniqueItems": true
      },
      "from": {
       "type": "string",
       "pattern": "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$",
       "example": "09:00"
      },
      "to": {
       "type": "string",
       "pattern": "^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
       "example": "17:00"
      }
     },
     "required": [
      "from",
      "to"
     ],
     "additionalProperties": false
    }
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind",
   "zone",
   "windows"
  ],
  "additionalProperties": false
 },
 "ClientCertificateRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "client_certificate"
   },
   "thumbprints": {
    "minItems": 1,
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind",
   "thumbprints"
  ],
  "additionalProperties": false
 },
 "ApiVersionRestriction": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string",
    "const": "api_version"
   },
   "allow": {
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 100
    },
    "uniqueItems": true
   },
   "mode": {
    "default": "enforce",
    "type": "string",
    "enum": [
     "enforce",
     "shadow"
    ]
   }
  },
  "required": [
   "kind",
   "allow"
  ],
  "additionalProperties": false
 },
 "Injection": {
  "oneOf": [
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "bearer"
     }
    },
    "required": [
     "kind"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "basic"
     },
     "username": {
      "type": "string",
      "maxLength": 256,
      "pattern": "^[^:\\p{Cc}]*$"
     }
    },
    "required": [
     "kind",
     "username"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "header"
     },
     "name": {
      "type": "string",
      "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$"
     }
    },
    "required": [
     "kind",
     "name"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "query"
     },
     "name": {
      "type": "string",
      "pattern": "^[A-Za-z0-9._~-]{1,64}$"
     }
    },
    "required": [
     "kind",
     "name"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "aws_sigv4"
     },
     "region": {
      "type": "string",
      "pattern": "^[a-z0-9-]{1,64}$",
      "example": "eu-central-1"
     },
     "service": {
      "type": "string",
      "pattern": "^[a-z0-9-]{1,64}$",
      "example": "bedrock"
     },
     "access_key_id": {
      "type": "string",
      "pattern": "^[A-Za-z0-9_]{1,128}$",
      "example": "AKIDEXAMPLE"
     },
     "payload": {
      "type": "string",
      "enum": [
       "signed",
       "unsigned"
      ]
     }
    },
    "required": [
     "kind",
     "region",
     "service",
     "access_key_id"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "oauth2_client_credentials"
     },
     "token_url": {
      "type": "string",
      "minLength": 1,
      "maxLength": 2048,
      "pattern": "^[\\x20-\\x7e]*$",
      "example": "https://login.example.com/oauth2/token"
     },
     "client_id": {
      "type": "string",
      "minLength": 1,
      "maxLength": 512,
      "pattern": "^[\\x20-\\x7e]*$",
      "example": "claviger"
     },
     "scope": {
      "example": "invoices.read",
      "type": "string",
      "minLength": 1,
      "maxLength": 2048,
      "pattern": "^[\\x20-\\x7e]*$"
     },
     "audience": {
      "example": "https://api.example.com",
      "type": "string",
      "minLength": 1,
      "maxLength": 2048,
      "pattern": "^[\\x20-\\x7e]*$"
     },
     "auth_style": {
      "type": "string",
      "enum": [
       "basic",
       "post"
      ]
     }
    },
    "required": [
     "kind",
     "token_url",
     "client_id"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "kind": {
      "type": "string",
      "const": "mtls"
     },
     "certificate": {
      "type": "string",
      "maxLength": 65536,
      "pattern": "^[\\x20-\\x7e\\r\\n\\t]*$"
     },
     "ca": {
      "type": "string",
      "maxLength": 65536,
      "pattern": "^[\\x20-\\x7e\\r\\n\\t]*$"
     }
    },
    "required": [
     "kind",
     "certificate"
    ],
    "additionalProperties": false
   }
  ]
 },
 "CredentialUsers": {
  "type": "object",
  "properties": {
   "routes": {
    "default": [],
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^rte_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "rte_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "models": {
    "default": [],
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^mdl_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "mdl_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "apps": {
    "default": [],
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^app_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "app_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   }
  },
  "additionalProperties": false
 },
 "TimeoutsMs": {
  "default": {},
  "type": "object",
  "properties": {
   "connect": {
    "default": 5000,
    "type": "integer",
    "minimum": 0,
    "maximum": 3600000
   },
   "first_byte": {
    "default": 60000,
    "type": "integer",
    "minimum": 0,
    "maximum": 3600000
   },
   "idle": {
    "default": 60000,
    "type": "integer",
    "minimum": 0,
    "maximum": 3600000
   },
   "total": {
    "default": 600000,
    "type": "integer",
    "minimum": 0,
    "maximum": 3600000
   }
  },
  "additionalProperties": false
 },
 "CircuitBreaker": {
  "type": "object",
  "properties": {
   "failures": {
    "default": 5,
    "type": "integer",
    "minimum": 1,
    "maximum": 1000
   },
   "open_ms": {
    "default": 5000,
    "type": "integer",
    "minimum": 100,
    "maximum": 3600000
   },
   "max_open_ms": {
    "default": 60000,
    "type": "integer",
    "minimum": 100,
    "maximum": 3600000
   },
   "statuses": {
    "default": [
     502,
     503,
     504
    ],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "integer",
     "minimum": 500,
     "maximum": 599
    },
    "uniqueItems": true
   }
  },
  "additionalProperties": false
 },
 "HealthCheck": {
  "type": "object",
  "properties": {
   "path": {
    "type": "string",
    "maxLength": 2048,
    "pattern": "^\\/[\\x21\\x22\\x24-\\x7e]*$",
    "example": "/healthz"
   },
   "interval_seconds": {
    "default": 10,
    "type": "integer",
    "minimum": 1,
    "maximum": 3600
   },
   "timeout_ms": {
    "default": 2000,
    "type": "integer",
    "minimum": 10,
    "maximum": 60000
   },
   "statuses": {
    "default": [
     200,
     204
    ],
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "integer",
     "minimum": 200,
     "maximum": 599
    },
    "uniqueItems": true
   },
   "healthy_after": {
    "default": 2,
    "type": "integer",
    "minimum": 1,
    "maximum": 100
   },
   "unhealthy_after": {
    "default": 3,
    "type": "integer",
    "minimum": 1,
    "maximum": 100
   },
   "with_credential": {
    "default": false,
    "type": "boolean"
   }
  },
  "required": [
   "path"
  ],
  "additionalProperties": false
 },
 "Retries": {
  "type": "object",
  "properties": {
   "max_retries": {
    "default": 2,
    "type": "integer",
    "minimum": 1,
    "maximum": 5
   },
   "statuses": {
    "default": [
     502,
     503,
     504
    ],
    "maxItems": 20,
    "type": "array",
    "items": {
     "type": "integer",
     "minimum": 500,
     "maximum": 599
    },
    "uniqueItems": true
   },
   "budget_percent": {
    "default": 20,
    "type": "integer",
    "minimum": 0,
    "maximum": 100
   },
   "budget_floor": {
    "default": 10,
    "type": "integer",
    "minimum": 0,
    "maximum": 10000
   }
  },
  "additionalProperties": false
 },
 "VersionSource": {
  "oneOf": [
   {
    "type": "object",
    "properties": {
     "from": {
      "type": "string",
      "const": "fixed"
     },
     "value": {
      "type": "string",
      "minLength": 1,
      "maxLength": 100,
      "pattern": "^[\\x21-\\x7e]+$",
      "example": "2026-11"
     }
    },
    "required": [
     "from",
     "value"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "from": {
      "type": "string",
      "const": "header"
     },
     "name": {
      "type": "string",
      "pattern": "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
      "example": "api-version"
     },
     "default": {
      "type": [
       "string",
       "null"
      ],
      "minLength": 1,
      "maxLength": 100,
      "pattern": "^[\\x21-\\x7e]+$",
      "example": "2026-11",
      "default": null
     }
    },
    "required": [
     "from",
     "name"
    ],
    "additionalProperties": false
   },
   {
    "type": "object",
    "properties": {
     "from": {
      "type": "string",
      "const": "path"
     }
    },
    "required": [
     "from"
    ],
    "additionalProperties": false
   }
  ]
 },
 "Rewrite": {
  "type": "object",
  "properties": {
   "strip_prefix": {
    "type": [
     "string",
     "null"
    ],
    "maxLength": 256,
    "pattern": "^(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+\\/?)$",
    "default": null,
    "example": "/shop"
   },
   "replace_path": {
    "type": [
     "string",
     "null"
    ],
    "maxLength": 256,
    "pattern": "^(?:\\/|(?:\\/[A-Za-z0-9\\-._~!$&'()*+,=:@]+)+\\/?)$",
    "default": null,
    "example": "/rpc"
   }
  },
  "additionalProperties": false
 },
 "HeaderRules": {
  "type": "object",
  "properties": {
   "request": {
    "default": {},
    "type": "object",
    "properties": {
     "remove": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "string",
       "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
      }
     },
     "set": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
        },
        "value": {
         "type": "string",
         "maxLength": 1024
        }
       },
       "required": [
        "name",
        "value"
       ],
       "additionalProperties": false
      }
     },
     "add": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
        },
        "value": {
         "type": "string",
         "maxLength": 1024
        }
       },
       "required": [
        "name",
        "value"
       ],
       "additionalProperties": false
      }
     }
    },
    "additionalProperties": false
   },
   "response": {
    "default": {},
    "type": "object",
    "properties": {
     "remove": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "string",
       "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
      }
     },
     "set": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
        },
        "value": {
         "type": "string",
         "maxLength": 1024
        }
       },
       "required": [
        "name",
        "value"
       ],
       "additionalProperties": false
      }
     },
     "add": {
      "default": [],
      "maxItems": 30,
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
        },
        "value": {
         "type": "string",
         "maxLength": 1024
        }
       },
       "required": [
        "name",
        "value"
       ],
       "additionalProperties": false
      }
     }
    },
    "additionalProperties": false
   }
  },
  "additionalProperties": false
 },
 "Cors": {
  "type": "object",
  "properties": {
   "origins": {
    "minItems": 1,
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 300
    },
    "uniqueItems": true
   },
   "methods": {
    "default": [],
    "maxItems": 6,
    "type": "array",
    "items": {
     "type": "string",
     "enum": [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE"
     ]
    },
    "uniqueItems": true
   },
   "headers": {
    "default": [
     "content-type"
    ],
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^(?:\\*|[a-z0-9!#$%&'+.^_`|~-]{1,64})$"
    },
    "uniqueItems": true
   },
   "exposed_headers": {
    "default": [],
    "maxItems": 50,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^[a-z0-9!#$%&'+.^_`|~-]{1,64}$"
    },
    "uniqueItems": true
   },
   "credentials": {
    "default": false,
    "type": "boolean"
   },
   "max_age_seconds": {
    "default": 600,
    "type": "integer",
    "minimum": 0,
    "maximum": 86400
   }
  },
  "required": [
   "origins"
  ],
  "additionalProperties": false
 },
 "Maintenance": {
  "type": "object",
  "properties": {
   "message": {
    "default": "The service is being worked on.",
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "pattern": "^[^\\p{Cc}]*$"
   },
   "retry_after_seconds": {
    "default": 300,
    "type": "integer",
    "minimum": 1,
    "maximum": 604800
   },
   "key_ids": {
    "default": [],
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "pattern": "^key_[0-9a-hjkmnp-tv-z]{26}$",
     "example": "key_01k2m5f8r2e9vbt9rpk9w0z5c3"
    },
    "uniqueItems": true
   },
   "addresses": {
    "default": [],
    "maxItems": 100,
    "type": "array",
    "items": {
     "type": "string",
     "maxLength": 64
    },
    "uniqueItems": true
   }
  },
  "additionalProperties": false
 }
}
