package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.connection.ConnectionLifecycle.State;
import io.maxmq.core.intercept.PacketInterceptors;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.ClientLimits;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Network Connection (MQTT 5.0 §4.2): passes what comes to whose job it is, and what the session sends to its {@link PacketWriter}.
 * Something that takes time (authentication, a plug-in, another loop that is behind) holds the packets behind it, see
 * {@link InputGate}.
 *
 * <p>Runs on one loop at a time: where the socket was accepted until CONNECT has been let in, then on the session's.
 * Not thread-safe.
 */
final class Connection implements ByteSource, InputGate.Owner {
    /** About what a connection takes, its channel and buffers included. */
    private static final int CONNECTION_BYTES = 4096;

    /** Work of the loop ({@link Loop#work}) that a packet other than PUBLISH stands for. */
    private static final int PACKET_WORK = 8;

    private static final int MAX_WAITING_ACKS = 1024;

    /** How often a connection that waits for memory looks for it. */
    private static final long ROOM_RETRY_NANOS = 100_000_000L;

    private final Connections home;
    private final ByteSink out;
    private final PacketDecoder decoder;
    private final PacketWriter writer;
    private final ControlPackets controlPackets;

    // the way in
    private LoopServices here;
    private final InputGate gate;
    private final ConnectionDeadlines deadlines;
    private final ConnectionLifecycle lifecycle = new ConnectionLifecycle();
    private long chargedBytes;
    private long workAtBegin;
    /** Attached to this session, which storage has yet to confirm; null before and after. */
    private @Nullable Session attaching;

    private @Nullable LoopServices movingTo;

    // valid from CONNECT on
    private @Nullable ClientInfo client;
    private @Nullable EnhancedAuthentication authentication;

    /** From authentication on. */
    private ConnectionLimiter limiter = ConnectionLimiter.NONE;

    // valid from CONNACK on
    private @Nullable Session session;
    private @Nullable PublishIntake intake;
    private ClientLimits limits = ClientLimits.none();

    Connection(Connections home, ByteSink out, LoopServices here) {
        this.home = home;
        this.here = here;
        this.decoder = PacketDecoder.forServer(home.decodeLimits());
        this.writer = new PacketWriter(
                this, here, lifecycle, out, watch(home.interceptors().packets(), out));
        this.out = out;
        this.controlPackets = new ControlPackets(this, home);
        this.gate = new InputGate(this, out, decoder);
        this.deadlines = new ConnectionDeadlines(this, here.loop(), home.limits());
    }

    /** Has packet interceptors see what is read; null when they want nothing of what is written. */
    @SuppressWarnings("this-escape")
    private @Nullable WatchedSink watch(@Nullable PacketInterceptors interceptors, ByteSink to) {
        if (interceptors == null) {
            return null;
        }
        PacketWatch watch = new PacketWatch(this, home.decodeLimits(), interceptors, decoder);
        decoder.tap(watch);
        return watch.showsWritten() ? new WatchedSink(to, watch) : null;
    }

    /** Begins to wait for CONNECT: an absolute deadline, however busily the client sends (threat of slow handshakes). */
    void open() {
        assert inLoop();
        here.open().add(this);
        here.loop().counters().increment(Counter.CONNECTIONS_ACCEPTED);
        here.loop().counters().add(Counter.CONNECTIONS, 1);
        boolean hasMemory = charge(CONNECTION_BYTES, Lasting.CONNECTION);
        if (hasMemory) {
            deadlines.awaitConnect();
        }
        if (out.knowsRemote()) {
            tellOpened();
        }
        if (!hasMemory) {
            refuseForMemory();
        }
    }

    private void refuseForMemory() {
        here.loop().counters().increment(Counter.REFUSED_MEMORY);
        end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "no memory for another connection");
    }

    @Override
    public boolean onGrown(int bytes) {
        assert inLoop();
        boolean hasMemory = charge(bytes, Lasting.CONNECTION);
        if (!hasMemory) {
            refuseForMemory();
        }
        return hasMemory;
    }

    @Override
    public void onRemoteKnown() {
        assert inLoop();
        tellOpened();
    }

    private void tellOpened() {
        if (lifecycle.enter(State.OPENED)) {
            home.events().opened(this);
        }
    }

    /** Charges the memory budget for what lasts as long as this connection; false when there is no memory for it. */
    boolean charge(long bytes, Lasting what) {
        assert inLoop();
        if (lifecycle.isGone() || !here.loop().credit().tryCharge(bytes, what)) {
            return false;
        }
        chargedBytes += bytes;
        return true;
    }

    /** The same for what is there for a while only, as messages on their way are. */
    boolean charge(long bytes) {
        assert inLoop();
        if (lifecycle.isGone() || !here.loop().credit().tryCharge(bytes)) {
            return false;
        }
        chargedBytes += bytes;
        return true;
    }

    /** Gives back some of what was charged. */
    void uncharge(long bytes) {
        assert inLoop();
        here.loop().credit().release(bytes);
        chargedBytes -= bytes;
    }

    // ---- bytes

    @Override
    public void onBytes(ByteBuf bytes) {
        assert inLoop();
        deadlines.read();
        here.loop().counters().increment(Counter.READS);
        here.loop().counters().add(Counter.BYTES_RECEIVED, bytes.readableBytes());
        beginWork();
        gate.onBytes(bytes);
        deadlines.decoded(decoder.packets());
    }

    @Override
    public void onFailure(Throwable t) {
        assert inLoop();
        here.loop().reportFailure(t);
        end(Initiator.BROKER, ReasonCode.UNSPECIFIED_ERROR, "internal error");
    }

    @Override
    public void onMalformed(MalformedPacketException e) {
        here.loop().counters().increment(Counter.PROTOCOL_ERRORS);
        String detail = String.valueOf(e.getMessage());
        home.events().protocolError(this, client, e.reason(), detail, decoder);
        endForPacket(e.reason(), detail);
    }

    /** Ends the connection for what it has sent: tells it so, if it can be told. */
    void endForPacket(ReasonCode reason, String detail) {
        assert inLoop();
        if (session == null && client == null) {
            home.events().refused(this, null, reason, detail);
            writer.refuseUnreadable(decoder.version(), reason);
        } else if (session == null) {
            // During authentication.
            home.events().refused(this, client, reason, detail);
            ReasonCode told = reason.allowedIn(PacketType.CONNACK) ? reason : ReasonCode.PROTOCOL_ERROR;
            send(new ConnAck(false, told, writer.reasonString(detail)));
        }
        end(Initiator.BROKER, reason, detail);
    }

    @Override
    public void onBatchEnd() {
        Session attached = session;
        if (attached == null) {
            return;
        }
        if (here.router().isCongested()) {
            hold(InputGate.CONGESTION);
            here.router().awaitRoom(() -> release(InputGate.CONGESTION));
        }
        if (owesTooMany(attached)) {
            hold(InputGate.ACKS);
        }
        if (out.isFull()) {
            hold(InputGate.OUTPUT);
        }
    }

    /** Whether so many acknowledgements wait that the packets behind them are to wait too. */
    private static boolean owesTooMany(Session to) {
        return to.waitingAcks() > MAX_WAITING_ACKS;
    }

    /** Has the transport account for what is kept of the input: part of a packet, or packets that wait. */
    @Override
    public void onKept(long bytes) {
        if (!out.holdInput(bytes)) {
            end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "no memory for what has been read");
        }
        if (session != null && isInsidePacket()) {
            deadlines.endedInside(decoder.cutOffPackets());
        }
    }

    @Override
    public void onPaused() {
        deadlines.paused();
        here.loop().counters().increment(Counter.READ_PAUSES);
    }

    @Override
    public void onResumed() {
        deadlines.resumed();
    }

    boolean isInsidePacket() {
        return gate.isInsidePacket();
    }

    /** The number of the packet that it is inside of. */
    int cutOffPacket() {
        return decoder.cutOffPackets();
    }

    /** How much of that packet has come. */
    int cutOffBytes() {
        return decoder.cutOffBytes();
    }

    void hold(int reason) {
        assert inLoop();
        gate.hold(reason);
    }

    void release(int reason) {
        assert inLoop();
        beginWork();
        gate.release(reason);
        deadlines.decoded(decoder.packets());
    }

    boolean isHeld() {
        return gate.isHeld();
    }

    /** A client that has gone before it was let in might only take the place of itself, connected anew. */
    @Override
    public boolean handlesTheRest() {
        assert inLoop();
        return session != null;
    }

    @Override
    public void onWritable() {
        assert inLoop();
        Session attached = session;
        if (attached != null) {
            attached.onWritable();
        }
        if (gate.isHeldBy(InputGate.OUTPUT)) {
            release(InputGate.OUTPUT);
        }
    }

    @Override
    public void onStalled(long pendingBytes, Duration withoutProgress) {
        assert inLoop();
        here.loop().counters().increment(Counter.SLOW_CONSUMERS);
        ClientInfo who = client;
        if (who != null) {
            home.events().slowConsumer(who, pendingBytes, withoutProgress, here.loop());
        }
        String why = withoutProgress.isZero()
                ? "no memory for " + pendingBytes + " bytes that it does not take"
                : "took nothing for " + withoutProgress.toMillis() + " ms";
        end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, why);
        out.abort();
    }

    @Override
    public void onClosed() {
        assert inLoop();
        end(Initiator.NETWORK, ReasonCode.UNSPECIFIED_ERROR, "connection lost");
        lifecycle.enter(State.GONE);
        LoopServices target = movingTo;
        if (target != null) {
            // Off the one loop's list and not yet on the other's; it may run on either.
            Loop runsOn = (here.loop().inLoop() ? here : target).loop();
            runsOn.counters().increment(Counter.CONNECTIONS_CLOSED);
            runsOn.credit().release(chargedBytes);
            return;
        }
        uncharge(chargedBytes);
        here.open().remove(this);
        here.loop().counters().increment(Counter.CONNECTIONS_CLOSED);
        here.loop().counters().add(Counter.CONNECTIONS, -1);
    }

    // ---- packets

    @Override
    public boolean onPublish(PublishView publish) throws MalformedPacketException { // hot: per message
        PublishIntake in = intake;
        if (in == null) {
            controlPackets.requireNoExchange(PacketType.PUBLISH);
            return false;
        }
        in.onPublish(publish);
        Session attached = session;
        if (publish.qosCode() > 0 && attached != null && owesTooMany(attached)) {
            hold(InputGate.ACKS);
        }
        return mayGoOn();
    }

    /** Whether what this client has asked for may go on in this turn of the loop, see {@link Loop#mayGoOn}. */
    boolean mayWorkOn() {
        return here.loop().mayGoOn(workAtBegin);
    }

    /** Goes on in another turn with what this client has asked for. */
    void beginWork() {
        workAtBegin = here.loop().workDone();
    }

    /** Whether to decode the next packet; sees to it that it is decoded later if not. */
    private boolean mayGoOn() { // hot: per message
        if (!mayWorkOn() && !gate.isHeldBy(InputGate.TURN) && !lifecycle.isClosed()) {
            hold(InputGate.TURN);
            here.loop().executeNextTurn(() -> release(InputGate.TURN));
        }
        return !gate.isHeld();
    }

    @Override
    public boolean onAck(PacketType type, int packetId, ReasonCode reason)
            throws MalformedPacketException { // hot: per message
        Session attached = session;
        if (attached == null) {
            controlPackets.requireNoExchange(type);
            return false;
        }
        here.loop().counters().packetReceived(type);
        here.loop().work(1);
        attached.onAck(type, packetId, reason);
        return mayGoOn();
    }

    @Override
    public boolean onPacket(Packet packet) throws MalformedPacketException {
        here.loop().counters().packetReceived(packet.type());
        here.loop().work(PACKET_WORK);
        controlPackets.handle(packet);
        return mayGoOn() && !lifecycle.isClosed();
    }

    /** Asks the rate limiter about the filters of a SUBSCRIBE; false when they are refused. It may pause or end the connection. */
    boolean withinSubscribeRate(int filters) {
        RateDecision decision = home.rates().acquireSubscribe(limiter, filters, this);
        if (decision instanceof RateDecision.Pause pause) {
            pauseForRate(pause);
        } else if (decision instanceof RateDecision.Disconnect) {
            end(Initiator.BROKER, ReasonCode.MESSAGE_RATE_TOO_HIGH, "SUBSCRIBE rate too high");
        }
        return decision instanceof RateDecision.Allow || decision instanceof RateDecision.Pause;
    }

    /** What was just read still passes; what follows waits. */
    void pauseForRate(RateDecision.Pause pause) {
        hold(InputGate.RATE);
        here.loop().schedule(pause.nanos(), () -> release(InputGate.RATE));
    }

    // ---- the handshake's side

    /** Returns whether this thread runs the connection's loop; on the way between two loops, either of them. */
    boolean inLoop() {
        LoopServices target = movingTo;
        return here.loop().inLoop() || (target != null && target.loop().inLoop());
    }

    /** Returns the loop that it is on: another one after {@link #moveTo}. */
    Loop loop() {
        return here.loop();
    }

    /** The loop that it is on, for what is asked on its behalf: an answer that cannot be dealt with ends this connection. */
    CallerLoop caller() {
        return new ContainedCaller(here.caller(), this);
    }

    /** What the step throws ends this connection, as what the handling of a packet throws does: nothing waits for it for ever. */
    Runnable contained(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (Throwable t) {
                onFailure(t);
            }
        };
    }

    ByteSink out() {
        return out;
    }

    @Override
    public boolean isClosed() {
        return lifecycle.isEnding();
    }

    /** Returns whether it is closed; false while its end is scheduled. */
    boolean hasEnded() {
        return lifecycle.isClosed();
    }

    boolean isV5() {
        return writer.isV5();
    }

    /** What encodes what it sends. */
    PacketWriter writer() {
        return writer;
    }

    ConnectionDeadlines deadlines() {
        return deadlines;
    }

    Connections home() {
        return home;
    }

    /** Of the client; null until CONNECT has told. */
    @Nullable
    ProtocolVersion version() {
        return decoder.version();
    }

    @Nullable
    ClientInfo client() {
        return client;
    }

    @Nullable
    Session session() {
        return session;
    }

    @Nullable
    PublishIntake intake() {
        return intake;
    }

    /** Event listeners know that the client is refused. */
    void refusalTold() {
        lifecycle.enter(State.REFUSED);
    }

    /** What this client may have in the place of what the settings say; nothing of the kind before CONNACK. */
    ClientLimits limits() {
        return limits;
    }

    /** Who the client says it is; from now on a failure is answered with CONNACK. */
    void identified(ClientInfo as) {
        client = as;
    }

    /** From now on what the client does is limited by this, and this is closed with the connection. */
    void limitedBy(ConnectionLimiter by) {
        limiter = by;
    }

    /** Null without an authentication method in CONNECT. */
    @Nullable
    EnhancedAuthentication authentication() {
        return authentication;
    }

    /** AUTH packets go there. */
    void authenticatedBy(EnhancedAuthentication by) {
        authentication = by;
    }

    /** Goes over to the loop of its session, and goes on there. */
    void moveTo(LoopServices target, Runnable arrived) {
        assert inLoop();
        if (target == here) {
            arrived.run();
            return;
        }
        hold(InputGate.MOVE);
        movingTo = target;
        here.open().remove(this);
        here.loop().counters().add(Counter.CONNECTIONS, -1);
        out.moveTo(target.loop(), () -> {
            here = target;
            movingTo = null;
            writer.moved(target);
            deadlines.moved(target.loop());
            if (lifecycle.isGone()) {
                return;
            }
            here.open().add(this);
            here.loop().counters().add(Counter.CONNECTIONS, 1);
            if (!lifecycle.isClosed()) {
                contained(arrived).run();
                release(InputGate.MOVE);
            }
        });
    }

    /** Its session is attached, and CONNACK waits for storage; null when it no longer does. */
    void attaching(@Nullable Session to) {
        assert inLoop();
        attaching = to;
        lifecycle.enter(to == null ? State.OPENED : State.ATTACHING);
    }

    /** CONNACK has been sent: packets flow in both directions. */
    void established(HandshakeResult as) {
        assert inLoop();
        lifecycle.enter(State.ESTABLISHED);
        session = as.session();
        limits = as.limits();
        intake = new PublishIntake(this, home, here, as, limiter);
        decoder.maxPacketBytes(limits.maxPacketBytes().orElse(home.limits().maxPacketBytes()));
        here.loop().counters().add(Counter.CLIENTS, 1);
        TenantCounters tenant = as.session().routes().counters(here.loop().index());
        if (tenant != null) {
            tenant.add(TenantCounters.Kind.CLIENTS, 1);
        }
        writer.established(as.topicAliasMaximum(), tenant);
        deadlines.keepAlive(as.client().info().keepAliveSeconds());
        ClientInfo who = client;
        if (who != null) {
            home.events().connected(who, as.attached().present(), here.loop());
        }
        as.session().resume();
        if (who != null) {
            home.automatic().give(this, home, as.session(), as.access());
        }
        release(InputGate.CONNECT);
        deadlines.until(as.client().untilEpochMillis());
    }

    // ---- the session's side

    /** There may be room for packets behind too many acknowledgements. */
    void acknowledgementSent() { // hot: per message
        if (gate.isHeldBy(InputGate.ACKS) && !gate.isDecoding()) {
            here.loop().execute(() -> release(InputGate.ACKS));
        }
    }

    /** See {@link io.maxmq.core.session.PacketSink#awaitRoom}. */
    void awaitRoom(BooleanSupplier room) {
        assert inLoop();
        if (!gate.isHeldBy(InputGate.MEMORY)) {
            hold(InputGate.MEMORY);
            lookForRoom(room);
        }
    }

    private void lookForRoom(BooleanSupplier room) {
        here.loop().schedule(ROOM_RETRY_NANOS, () -> {
            if (lifecycle.isClosed()) {
                return;
            }
            if (room.getAsBoolean()) {
                release(InputGate.MEMORY);
            } else {
                lookForRoom(room);
            }
        });
    }

    /** See {@link io.maxmq.core.session.PacketSink#redirect}. */
    void redirect(ReasonCode reason, String serverReference) {
        assert inLoop();
        Properties told = Properties.builder()
                .set(PropertyId.SERVER_REFERENCE, serverReference)
                .build();
        leave(() -> end(Initiator.ADMINISTRATOR, reason, "redirected to " + serverReference, told));
    }

    /** Schedules the end: the session may be in the middle of a delivery, and detaches this connection itself. */
    void disconnect(Initiator by, ReasonCode reason, String detail) {
        assert inLoop();
        leave(() -> end(by, reason, detail));
    }

    private void leave(Runnable end) {
        if (lifecycle.enter(State.LEAVING)) {
            intake = null;
            gate.hold(InputGate.LEAVING);
            here.loop().execute(end);
        }
    }

    // ---- sending, and the end

    /** Sends any packet but PUBLISH and its acknowledgements; false when the client's maximum leaves no room for it. */
    boolean send(Packet packet) {
        assert inLoop();
        return writer.send(packet);
    }

    /** The broker stops; that is no failure of the client, so its will is not published. */
    void shutDown() {
        assert inLoop();
        Session attached = session;
        if (attached != null) {
            attached.leaveWill();
        } else if (attaching != null) {
            attaching.leaveWill();
        }
        end(Initiator.BROKER, ReasonCode.SERVER_SHUTTING_DOWN, "the broker stops");
    }

    /** Ends the connection: tells an MQTT 5.0 client why, detaches the session, closes. The first reason counts. */
    void end(Initiator by, ReasonCode reason, String detail) {
        end(by, reason, detail, null);
    }

    /** @param properties of the DISCONNECT; null for the detail as Reason String */
    private void end(Initiator by, ReasonCode reason, String detail, @Nullable Properties properties) {
        assert inLoop();
        State before = lifecycle.state();
        if (!lifecycle.enter(State.CLOSED)) {
            return;
        }
        deadlines.close();
        if (authentication != null) {
            authentication.close();
        }
        Session attached = session;
        if ((by == Initiator.BROKER || by == Initiator.ADMINISTRATOR) && attached != null && isV5()) {
            send(new Disconnect(
                    disconnectReason(reason), properties == null ? writer.reasonString(detail) : properties));
        }
        session = null;
        intake = null;
        if (attaching != null) {
            attaching.detach(writer);
            attaching = null;
        }
        gate.close();
        home.rates().close(limiter);
        ClientInfo who = client;
        if (attached == null && before != State.REFUSED) {
            if (before == State.ACCEPTED) {
                home.events().opened(this);
            }
            home.events().gaveUp(this, who, reason, detail);
        }
        if (attached != null && who != null) {
            here.loop().counters().add(Counter.CLIENTS, -1);
            TenantCounters tenant = attached.routes().counters(here.loop().index());
            if (tenant != null) {
                tenant.add(TenantCounters.Kind.CLIENTS, -1);
            }
            attached.detach(writer);
            home.events().disconnected(who, by, reason, detail, here.loop());
        }
        out.close();
    }

    /** A code that DISCONNECT may carry (§3.14.2.1). */
    private static ReasonCode disconnectReason(ReasonCode reason) {
        return reason.allowedIn(PacketType.DISCONNECT, false) ? reason : ReasonCode.UNSPECIFIED_ERROR;
    }
}
