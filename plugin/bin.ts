#!/usr/bin/env node
/**
 * `pulumi-resource-portainer HOST:PORT`: Pulumi starts it with the address of its engine.
 *
 * @module
 */
import "../contract/supported-node";
import { servePlugin } from "./main";

void servePlugin(process.argv.slice(2).find((argument) => /^[\w.-]+:\d+$/.test(argument)));
