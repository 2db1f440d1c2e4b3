import type {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  InvokeRequest,
  ReadRequest,
  UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { SECRET_SETTINGS, type SettingTexts } from "../provider/core/connection-settings";
import { equal } from "../provider/core/diff";
import type { Call } from "../provider/core/operation";
import { type Properties, visible } from "../provider/core/properties";
import { attach, interrupt, pulumiEngine } from "../provider/core/pulumi";
import { checkFailures, diffResponse, keepingPartial, type Refusal, refusal, stored } from "./answers";
import { differingPaths } from "./detailed-diff";
import { callFunction } from "./functions";
import { outputNames, schemaText, version } from "./package";
import { outputsOfCreation, outputsOfUpdate } from "./preview";
import * as pulumi from "./pulumi";
import { resourceOf } from "./resources";
import { settingFailures, settingsOf } from "./settings";
import { asSent, received, sent, withSecrets } from "./values";

const { messages } = pulumi;
const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;

/** What every step's request has. */
interface StepRequest {
  getUrn(): string;
  /** In seconds; 0 for none. */
  getTimeout?(): number;
}

/**
 * The methods of Pulumi's `ResourceProvider` service. The plugin accepts no secrets: then Pulumi sends them in clear, and
 * marks every output whose input is secret.
 */
export function resourceProvider(engine?: string) {
  if (engine !== undefined) connectTo(engine);
  let settings: SettingTexts = {};

  const callOf = (request: StepRequest, state: Properties = {}): Call => ({
    urn: request.getUrn(),
    settings,
    holder: holderIn(state) ?? request.getUrn(),
    timeout: request.getTimeout?.() ? `${request.getTimeout()}s` : undefined,
  });

  return {
    handshake: unary((request: InstanceType<typeof messages.ProviderHandshakeRequest>) => {
      connectTo(request.getEngineAddress());
      return new messages.ProviderHandshakeResponse();
    }),

    attach: unary((request: { getAddress(): string }) => {
      connectTo(request.getAddress());
      return new pulumi.Empty();
    }),

    getPluginInfo: unary(() => new pulumi.PluginInfo().setVersion(version)),

    getSchema: unary(() => new messages.GetSchemaResponse().setSchema(schemaText())),

    checkConfig: unary((request: CheckRequest) => {
      const news = request.getNews();
      return new messages.CheckResponse()
        .setInputs(sent(withSecrets(asSent(news), SECRET_SETTINGS)))
        .setFailuresList(checkFailures(settingFailures(received(news))));
    }),

    /** A changed setting never replaces a resource. */
    diffConfig: unary((request: DiffRequest) => {
      const olds = received(request.getOldInputs());
      const news = received(request.getNews());
      return new messages.DiffResponse().setChanges(equal(olds, news) ? DIFF_NONE : DIFF_SOME);
    }),

    configure: unary((request: ConfigureRequest) => {
      settings = settingsOf(received(request.getArgs()), request.getName() ?? "");
      return new messages.ConfigureResponse();
    }),

    check: unary((request: CheckRequest) => {
      const { steps, secrets } = resourceOf(request.getUrn());
      const call = { urn: request.getUrn(), settings, holder: request.getUrn() };
      const { inputs, failures } = steps.check(call, visible(received(request.getNews())));
      return new messages.CheckResponse()
        .setInputs(stored(inputs, secrets))
        .setFailuresList(checkFailures(failures));
    }),

    diff: unary((request: DiffRequest) => {
      const { steps, inputs } = resourceOf(request.getUrn());
      const state = received(request.getOlds());
      const olds = lastApplied(state, received(request.getOldInputs()), inputs);
      const news = visible(received(request.getNews()));
      const found = steps.diff(callOf(request, state), request.getId(), olds, news);
      return diffResponse(found, differingPaths(found.changed, olds, news));
    }),

    create: unary(async (request: CreateRequest) => {
      const { steps, secrets, token } = resourceOf(request.getUrn());
      const inputs = visible(received(request.getProperties()));
      if (request.getPreview())
        return new messages.CreateResponse().setProperties(
          stored(outputsOfCreation(inputs, outputNames(token)), secrets),
        );
      return await keepingPartial(secrets, undefined, async () => {
        const { id, outputs, holder } = await steps.create(callOf(request), inputs);
        return new messages.CreateResponse().setId(id).setProperties(stored(outputs, secrets, holder));
      });
    }),

    read: unary(async (request: ReadRequest) => {
      const { steps, secrets, inputs } = resourceOf(request.getUrn());
      const state = received(request.getProperties());
      const call = callOf(request, state);
      const known = lastApplied(state, received(request.getInputs()), inputs);
      const isKnown = Object.keys(known).length > 0;
      const now = isKnown
        ? await steps.read(call, request.getId(), known)
        : await steps.import(call, request.getId());
      if (!now) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(now.id)
        .setProperties(stored(now.outputs, secrets, holderIn(state)))
        .setInputs(stored(now.inputs, secrets));
    }),

    update: unary(async (request: UpdateRequest) => {
      const { steps, secrets, inputs, token } = resourceOf(request.getUrn());
      const state = received(request.getOlds());
      const olds = lastApplied(state, received(request.getOldInputs()), inputs);
      const news = visible(received(request.getNews()));
      if (request.getPreview()) {
        const outputs = outputsOfUpdate(request.getId(), state, news, outputNames(token));
        return new messages.UpdateResponse().setProperties(stored(outputs, secrets));
      }
      return await keepingPartial(secrets, holderIn(state), async () => {
        const outputs = await steps.update(callOf(request, state), request.getId(), olds, news);
        return new messages.UpdateResponse().setProperties(stored(outputs, secrets, holderIn(state)));
      });
    }),

    delete: unary(async (request: DeleteRequest) => {
      const state = received(request.getProperties());
      await resourceOf(request.getUrn()).steps.delete(
        callOf(request, state),
        request.getId(),
        visible(state),
      );
      return new pulumi.Empty();
    }),

    invoke: unary(async (request: InvokeRequest) => {
      const result = await callFunction(request.getTok(), received(request.getArgs()), settings);
      return new messages.InvokeResponse().setReturn(sent(result));
    }),

    cancel: unary(() => {
      interrupt();
      return new pulumi.Empty();
    }),
  };
}

/** A method that answers with what `work` gives, or with its error. */
function unary<Request, Answer>(work: (request: Request) => Answer | Promise<Answer>) {
  return async (
    { request }: { readonly request: Request },
    done: (error: Refusal | null, answer?: Answer) => void,
  ): Promise<void> => {
    try {
      done(null, await work(request));
    } catch (error) {
      done(refusal(error));
    }
  };
}

/** Connects to the engine, so that the process ends with it. */
function connectTo(engine: string): void {
  attach(engine);
  pulumiEngine();
}

/**
 * The state with the inputs that were last applied, and no others: of an imported object the state also has what image and
 * engine have added, which no program says.
 */
function lastApplied(state: Properties, inputs: Properties, names: readonly string[]): Properties {
  const isOther = (key: string) => names.includes(key) && !(key in inputs);
  const isWithoutInputs = Object.keys(inputs).length === 0;
  return Object.fromEntries(
    Object.entries(visible(state)).filter(([key]) => isWithoutInputs || !isOther(key)),
  );
}

/** What identifies the state entry of an object that its `create` has found. */
function holderIn({ __holder }: Properties): string | undefined {
  return typeof __holder === "string" ? __holder : undefined;
}
