package io.maxmq.api.http;

import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.api.access.ApiRole;
import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operation;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.extension.BrokerContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.RequestValidator;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request from its head to the operation: checks, authentication, rate, role, tenant, body, validation by the
 * contract, execution within a deadline, answer. One per listener. Runs on the event loop of the API server.
 */
final class Dispatcher {
    /** Requests of one address with wrong credentials; further ones are refused unread. */
    private static final int MAX_FAILURES_PER_SECOND = 10;

    private static final String OPENAPI = "openapi";
    private static final String PRINCIPAL = "maxmq.principal";
    private static final String ALLOWED_METHODS = "GET, PUT, POST, DELETE";

    private final BrokerContext broker;
    private final ApiSettings settings;
    private final Contract contract;
    private final RequestValidator validator;
    private final OpenAPIContract openApi;
    private final Operations operations;
    private final Audit audit;
    private final Streams streams;
    private final Callers callers;
    private final HeadChecks head;
    private final @Nullable ApiPrincipal withoutCredentials;
    private final RequestRates rates;
    private final RequestRates failures = new RequestRates(MAX_FAILURES_PER_SECOND);
    private final RequestExtractor extractor = RequestExtractor.withBodyHandler();

    /**
     * Creates a dispatcher.
     *
     * @param withoutCredentials the caller of requests without credentials; null to refuse these
     */
    Dispatcher(
            BrokerContext broker,
            ApiSettings settings,
            Contract contract,
            OpenAPIContract openApi,
            RequestValidator validator,
            Operations operations,
            Audit audit,
            Streams streams,
            Callers callers,
            HeadChecks head,
            @Nullable ApiPrincipal withoutCredentials) {
        this.broker = broker;
        this.settings = settings;
        this.contract = contract;
        this.openApi = openApi;
        this.validator = validator;
        this.operations = operations;
        this.audit = audit;
        this.streams = streams;
        this.callers = callers;
        this.head = head;
        this.withoutCredentials = withoutCredentials;
        this.rates = new RequestRates(settings.requestsPerSecond());
    }

    Router router(Vertx vertx, HttpConnections connections) {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            HttpConnection connection = context.request().connection();
            connections.began(connection);
            context.addEndHandler(ended -> connections.ended(connection, System.nanoTime()));
            checkHead(context);
        });
        BodyHandler body = BodyHandler.create(false).setBodyLimit(settings.maxBodyBytes());
        for (ContractRoute each : contract.routes()) {
            Operation operation = each.operation().equals(OPENAPI) ? this::openapi : operations.find(each.operation());
            if (operation == null) {
                throw new IllegalStateException("the operation has no code: id=" + each.operation());
            }
            Route route = router.route(HttpMethod.valueOf(each.method()), each.vertxPath());
            route.handler(context -> admit(context, each));
            if (each.hasBody()) {
                route.handler(context -> awaitBody(context, body));
            }
            route.handler(context -> execute(context, each, operation));
        }
        requireDocumented();
        router.route().failureHandler(this::failed);
        for (int status : new int[] {400, 404, 405, 406, 408, 413, 415, 417, 500}) {
            router.errorHandler(status, this::failed);
        }
        return router;
    }

    private void requireDocumented() {
        Set<String> documented =
                contract.routes().stream().map(ContractRoute::operation).collect(Collectors.toSet());
        if (!documented.containsAll(operations.ids())) {
            throw new IllegalStateException("the contract lacks operations: " + operations.ids());
        }
    }

    private CompletionStage<ApiAnswer> openapi(ApiCall call) {
        return CompletableFuture.completedFuture(new ApiAnswer.Text("application/yaml", contract.yaml()));
    }

    private void checkHead(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        response.putHeader("X-Content-Type-Options", "nosniff").putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        head.check(request);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && head.isAllowedOrigin(origin)) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin).putHeader(HttpHeaders.VARY, "Origin");
            if (request.method() == HttpMethod.OPTIONS) {
                response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type")
                        .setStatusCode(204)
                        .end();
                return;
            }
        }
        context.next();
    }

    /** Authenticates and authorizes, before anything of the body is read. */
    private void admit(RoutingContext context, ContractRoute route) {
        HttpServerRequest request = context.request();
        RequestHead requestHead = new RequestHead(request);
        boolean hasCredentials = requestHead.header("Authorization").isPresent();
        String address = String.valueOf(RequestHead.hostOf(request));
        if (hasCredentials && !failures.hasToken(address, System.nanoTime())) {
            throw tooManyRequests("too many requests with wrong credentials");
        }
        request.pause();
        Context loop = context.vertx().getOrCreateContext();
        withDeadline(loop, identified(requestHead), (found, failure) -> {
            if (failure != null) {
                context.fail(Problem.of(503, "authentication-failed", "the caller could not be authenticated"));
                return;
            }
            try {
                ApiPrincipal caller = found == null ? null : found.orElse(null);
                if (caller == null && hasCredentials) {
                    failures.tryTake(address, System.nanoTime());
                    throw unauthorized("wrong credentials");
                }
                admit(context, route, caller == null ? withoutCredentials : caller);
                if (!route.isStream() || !Streams.isWebSocket(request)) { // an upgraded request must be unread
                    request.resume();
                }
                context.next();
            } catch (Problem e) {
                context.fail(e);
            }
        });
    }

    private CompletionStage<Optional<ApiPrincipal>> identified(RequestHead request) {
        try {
            return callers.identify(request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void admit(RoutingContext context, ContractRoute route, @Nullable ApiPrincipal caller) {
        if (caller != null) {
            context.put(PRINCIPAL, caller);
            if (!rates.tryTake(caller.name(), System.nanoTime())) {
                throw tooManyRequests("too many requests of this caller");
            }
        }
        boolean readsPayload = route.hasPayload()
                && context.queryParams().contains("payload")
                && !context.queryParams().get("payload").equals("none");
        if (route.audited() || readsPayload) {
            context.addEndHandler(ended -> record(context, route, caller));
        }
        ApiRole needed = readsPayload ? ApiRole.MESSAGES : route.role();
        if (needed != null) {
            if (caller == null) {
                throw unauthorized("the operation needs credentials");
            }
            if (!caller.role().includes(needed)) {
                throw Problem.of(
                        403,
                        "role-missing",
                        "the operation needs the role " + needed.label() + "; the caller has "
                                + caller.role().label());
            }
        }
        Optional<Tenant> only = caller == null ? Optional.empty() : caller.tenant();
        if (only.isPresent() && needed != null) {
            if (!route.tenantScoped()) {
                throw Problem.of(403, "tenant-not-allowed", "the operation is about the broker as a whole");
            }
            if (route.hasTenantInPath() && !only.get().name().equals(context.pathParam("tenant"))) {
                throw Problem.of(403, "tenant-not-allowed", "the caller's key is for another tenant");
            }
        }
    }

    private static Problem unauthorized(String detail) {
        return Problem.of(401, "unauthorized", detail);
    }

    private static Problem tooManyRequests(String detail) {
        return Problem.of(429, "too-many-requests", detail).retryAfter(1);
    }

    private void record(RoutingContext context, ContractRoute route, @Nullable ApiPrincipal caller) {
        audit.record(
                Instant.ofEpochMilli(broker.clock().epochMillis()),
                caller == null ? "-" : caller.name(),
                caller == null ? "-" : caller.role().label(),
                RequestHead.hostOf(context.request()),
                route.id(),
                context.request().uri(),
                context.response().getStatusCode());
    }

    private void awaitBody(RoutingContext context, BodyHandler body) {
        HttpServerRequest request = context.request();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null
                || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(AnswerWriter.JSON)) {
            throw Problem.of(415, "unsupported-media-type", "Content-Type must be " + AnswerWriter.JSON);
        }
        long timer = context.vertx().setTimer(settings.idleTimeout().toMillis(), late -> {
            if (!request.isEnded()) {
                context.response().putHeader(HttpHeaders.CONNECTION, "close");
                context.fail(408);
            }
        });
        context.addEndHandler(ended -> context.vertx().cancelTimer(timer));
        body.handle(context);
    }

    private void execute(RoutingContext context, ContractRoute route, Operation operation) {
        Map<String, String> query = query(context, route);
        Context loop = context.vertx().getOrCreateContext();
        extractor
                .extractValidatableRequest(context, openApi.operation(route.id()))
                .compose(request -> validator.validate(request, route.id()))
                .onFailure(context::fail)
                .onSuccess(valid -> {
                    ApiCall call = new ApiCall(
                            context.get(PRINCIPAL),
                            tenant(context, route),
                            Map.copyOf(context.pathParams()),
                            query,
                            route.hasBody() && valid.getBody() != null
                                    ? valid.getBody().get()
                                    : null);
                    AnswerWriter writer = new AnswerWriter(context, loop, call);
                    CompletionStage<Void> written = run(operation, call)
                            .thenCompose(answer -> answer instanceof ApiAnswer.Stream stream
                                    ? streams.start(context, loop, stream.source())
                                    : writer.write(answer));
                    withDeadline(loop, written, (done, failure) -> {
                        if (failure != null) {
                            context.fail(failure);
                        }
                    });
                });
    }

    private static CompletionStage<ApiAnswer> run(Operation operation, ApiCall call) {
        try {
            return operation.run(call);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Tenant tenant(RoutingContext context, ContractRoute route) {
        if (route.hasTenantInPath()) {
            return new Tenant(String.valueOf(context.pathParam("tenant")));
        }
        ApiPrincipal caller = context.get(PRINCIPAL);
        return caller == null ? Tenant.DEFAULT : caller.tenant().orElse(Tenant.DEFAULT);
    }

    /** The validator of the contract ignores parameters that it does not know. */
    private static Map<String, String> query(RoutingContext context, ContractRoute route) {
        Map<String, String> query = new HashMap<>();
        for (String name : context.queryParams().names()) {
            List<String> values = context.queryParams().getAll(name);
            if (!route.queryParameters().contains(name)) {
                String known = route.queryParameters().isEmpty()
                        ? "the operation has none"
                        : "known are " + String.join(", ", new TreeSet<>(route.queryParameters()));
                throw Problem.badRequest("unknown-parameter", "unknown query parameter; " + known)
                        .field(name);
            }
            if (values.size() != 1) {
                throw Problem.badRequest("repeated-parameter", "the query parameter must occur once")
                        .field(name);
            }
            query.put(name, values.get(0));
        }
        return query;
    }

    /** Receives a result or a failure, on the event loop. */
    @FunctionalInterface
    private interface Outcome<T> {
        void accept(@Nullable T result, @Nullable Throwable failure);
    }

    private <T> void withDeadline(Context loop, CompletionStage<? extends T> stage, Outcome<T> outcome) {
        AtomicBoolean isDone = new AtomicBoolean();
        long timer = loop.owner().setTimer(settings.handlerTimeout().toMillis(), late -> {
            if (isDone.compareAndSet(false, true)) {
                outcome.accept(
                        null,
                        Problem.of(503, "timeout", "the operation did not complete in time; it may still do so")
                                .retryAfter(1));
            }
        });
        stage.whenComplete((result, failure) -> {
            if (isDone.compareAndSet(false, true)) {
                loop.runOnContext(now -> {
                    loop.owner().cancelTimer(timer);
                    outcome.accept(result, failure);
                });
            }
        });
    }

    private void failed(RoutingContext context) {
        Throwable cause = context.failure();
        context.request().resume();
        HttpServerResponse response = context.response();
        if (context.statusCode() == 405) {
            String allowed = contract.routes().stream()
                    .filter(each ->
                            each.pattern().matcher(context.normalizedPath()).matches())
                    .map(ContractRoute::method)
                    .distinct()
                    .collect(Collectors.joining(", "));
            response.putHeader(HttpHeaders.ALLOW, allowed);
        }
        int status = cause instanceof HttpException http ? http.getStatusCode() : context.statusCode();
        Problem problem = cause instanceof Problem known
                ? known
                : cause != null && status <= 0 ? Problems.of(cause) : Problems.ofStatus(Math.max(status, 400), cause);
        AnswerWriter.problem(response, problem);
    }
}
