/** What is answered about an order that runs or is done. */
import type { z } from 'zod'
import type { KeysRoutesRoom } from '../room.ts'
import type { OrderRow } from '../rows-orders.ts'
import { orderToWire, type orderReceiptAnswer } from '../schemas-orders.ts'

/** Answers when this node refuses what is revoked so far, or did not in time; and says who does. */
export async function orderReceipt(room: KeysRoutesRoom, order: OrderRow): Promise<z.input<typeof orderReceiptAnswer>> {
  return { ...orderToWire(order), nodes: await room.acknowledgedBy(order.position) }
}
