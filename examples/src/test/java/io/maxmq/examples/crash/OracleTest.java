package io.maxmq.examples.crash;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the oracle of the crash suite lets pass, and what not. */
class OracleTest {
    private static final int EXPIRY_SECONDS = 100;

    private final History history = new History();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void oneSubscriberWithAllThatIsPublishedAtQoS2() {
        connect("s", false);
        subscribe("s", "t/#", 2);
    }

    @Test
    void allIsWellWhenEachMessageComesOnce() {
        publish("p:1", "t/a", 1);
        promise("p:1");
        receive("p:1", "t/a", 1, false, 1);
        publish("p:2", "t/a", 2);
        promise("p:2");
        receive("p:2", "t/a", 2, false, 2);
        add(new Event.Released("s", 2));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aPromisedMessageThatNeverComesIsLost() {
        publish("p:1", "t/a", 1);
        promise("p:1");

        assertThat(violations()).singleElement().asString().startsWith("lost: s has not received p:1 of QoS 1");
        assertThat(Oracle.missing(history.entries())).hasSize(1);
    }

    @Test
    void aMessageWithoutAPromiseNeedNotCome() {
        publish("p:1", "t/a", 1);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aMessageNobodySubscribedToNeedNotComeAndMayNot() {
        publish("p:1", "u/a", 1);
        promise("p:1");
        assertThat(violations()).isEmpty();

        receive("p:1", "u/a", 1, false, 1);
        assertFirst("no subscription asks for it");
    }

    @Test
    void aMessageOnAnotherTopicOrUnknownOrDamagedIsUnexplained() {
        publish("p:1", "t/a", 1);
        receive("p:1", "t/b", 1, false, 1);
        receive("p:2", "t/a", 1, false, 2);
        byte[] payload = Payload.of("p:1", 600);
        payload[400] ^= 1;
        receive(Payload.messageOf(payload), "t/a", 1, false, 3);
        receive(Payload.messageOf(Arrays.copyOf(payload, 300)), "t/a", 1, false, 4);

        assertThat(violations()).hasSize(4).allMatch(each -> each.startsWith("nobody has sent that"));
        assertThat(Payload.messageOf(Payload.of("p:1", 600))).isEqualTo("p:1");
    }

    @Test
    void aSwappedOrderIsSeen() {
        publish("p:1", "t/a", 1);
        publish("p:2", "t/a", 1);
        receive("p:2", "t/a", 1, false, 1);
        receive("p:1", "t/a", 1, false, 2);

        assertFirst("came after p:2");
    }

    @Test
    void anOrderBeginsWithTheSubscription() {
        publish("p:1", "u/a", 1);
        publish("p:2", "t/a", 1);
        receive("p:2", "t/a", 1, false, 1);
        subscribe("s", "u/#", 2);
        add(new Event.Resent("p:1"));
        receive("p:1", "u/a", 1, false, 2);
        assertThat(violations()).isEmpty();

        publish("p:3", "u/a", 1);
        publish("p:4", "t/a", 1);
        receive("p:4", "t/a", 1, false, 3);
        receive("p:3", "u/a", 1, false, 4);
        assertFirst("came after p:4");
    }

    @Test
    void ordersOfTwoPublishersAndOfTwoQoSDoNotMatterToEachOther() {
        publish("p:1", "t/a", 1);
        publish("q:1", "t/a", 1);
        publish("p:2", "t/a", 2);
        receive("p:2", "t/a", 2, false, 1);
        receive("q:1", "t/a", 1, false, 2);
        receive("p:1", "t/a", 1, false, 3);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aMessageOfQoS2ThatComesTwiceIsSeen() {
        publish("p:1", "t/a", 2);
        receive("p:1", "t/a", 2, false, 1);
        add(new Event.Released("s", 1));
        receive("p:1", "t/a", 2, true, 1);

        assertFirst("a message of QoS 2 came twice");
    }

    @Test
    void aMessageOfQoS2UnderASecondPacketIdIsSeen() {
        publish("p:1", "t/a", 2);
        receive("p:1", "t/a", 2, false, 1);
        receive("p:1", "t/a", 2, true, 2);

        assertFirst("a message of QoS 2 came twice");
    }

    @Test
    void aMessageOfQoS2ThatItsPublisherSentTwiceStillComesOnce() {
        publish("p:1", "t/a", 2);
        add(new Event.Resent("p:1"));
        receive("p:1", "t/a", 2, false, 1);
        add(new Event.Released("s", 1));
        receive("p:1", "t/a", 2, false, 2);

        assertFirst("a message of QoS 2 came twice");
    }

    @Test
    void aMessageMayComeAgainWithItsPacketIdAndDup() {
        publish("p:1", "t/a", 2);
        publish("p:2", "t/a", 1);
        receive("p:1", "t/a", 2, false, 1);
        receive("p:2", "t/a", 1, false, 2);
        connect("s", true);
        receive("p:1", "t/a", 2, true, 1);
        receive("p:2", "t/a", 1, true, 2);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aMessageThatComesAgainWithoutDupIsSeen() {
        publish("p:1", "t/a", 1);
        receive("p:1", "t/a", 1, false, 1);
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);

        assertFirst("sent again without DUP");
    }

    @Test
    void allowsALackOfDupAfterAConnectionAcceptedOnAFullDisk() {
        publish("p:1", "t/a", 1);
        add(new Event.DiskFull(0));
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);
        add(new Event.Killed(0));
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);

        assertThat(violations()).isEmpty();
    }

    /** The message of QoS 2 keeps its place, though its publisher's QoS allows another delivery without DUP. */
    @Test
    void keepsThePlaceOfAMessageThatLacksDupAfterAFullDisk() {
        subscribe("s", "u/a", 1);
        publish("p:1", "u/a", 2);
        publish("p:2", "u/a", 1);
        add(new Event.DiskFull(0));
        connect("s", true);
        receive("p:1", "u/a", 1, false, 1);
        receive("p:2", "u/a", 1, false, 2);
        add(new Event.Killed(0));
        connect("s", true);
        receive("p:1", "u/a", 1, false, 1);
        receive("p:2", "u/a", 1, false, 2);
        add(new Event.Killed(1));
        connect("s", true);
        receive("p:1", "u/a", 1, true, 1);
        receive("p:2", "u/a", 1, true, 2);

        assertThat(violations()).isEmpty();
    }

    @Test
    void reportsALackOfDupAfterAConnectionAcceptedBeforeTheDiskWasFull() {
        publish("p:1", "t/a", 1);
        connect("s", true);
        add(new Event.DiskFull(0));
        receive("p:1", "t/a", 1, false, 1);
        add(new Event.Killed(0));
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);

        assertFirst("sent again without DUP");
    }

    @Test
    void reportsALackOfDupInTheSecondRoundAfterAFullDisk() {
        publish("p:1", "t/a", 1);
        add(new Event.DiskFull(0));
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);
        add(new Event.Killed(0));
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);
        connect("s", true);
        receive("p:1", "t/a", 1, false, 1);

        assertFirst("sent again without DUP");
    }

    @Test
    void aMessageThatComesAgainUnderAnotherPacketIdIsSeen() {
        publish("p:1", "t/a", 1);
        receive("p:1", "t/a", 1, false, 1);
        connect("s", true);
        receive("p:1", "t/a", 1, true, 2);

        assertFirst("sent again with another packet id than [1]");
    }

    @Test
    void messagesThatComeAgainInAnotherOrderAreSeen() {
        publish("p:1", "t/a", 1);
        publish("p:2", "t/a", 1);
        receive("p:1", "t/a", 1, false, 1);
        receive("p:2", "t/a", 1, false, 2);
        connect("s", true);
        receive("p:2", "t/a", 1, true, 2);
        receive("p:1", "t/a", 1, true, 1);

        assertFirst("sent again out of order");
    }

    @Test
    void aMessageOfQoS1ThatItsPublisherSentAgainMayComeAsAnother() {
        publish("p:1", "t/a", 1);
        receive("p:1", "t/a", 1, false, 1);
        add(new Event.Resent("p:1"));
        receive("p:1", "t/a", 1, false, 2);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aMessageOfQoS2ThatItsPublisherSentAgainMayComeTwiceAtQoS1() {
        connect("s1", false);
        add(new Event.Subscribing("s1", "t/#", 1));
        publish("p:1", "t/a", 2);
        add(new Event.Received("s1", "p:1", "t/a", 1, false, false, 1, -2));
        add(new Event.Resent("p:1"));
        add(new Event.Received("s1", "p:1", "t/a", 1, false, false, 2, -2));

        assertThat(violations()).isEmpty();
    }

    @Test
    void routingThatWasCutOffMayBeginAgainAtQoS1AndOnlyThere() {
        connect("s1", false);
        add(new Event.Subscribing("s1", "t/#", 1));
        publish("p:1", "t/a", 2);
        add(new Event.Received("s1", "p:1", "t/a", 1, false, false, 1, -2));
        receive("p:1", "t/a", 2, false, 1);
        add(new Event.Released("s", 1));
        add(new Event.Killed(0));
        add(new Event.Received("s1", "p:1", "t/a", 1, false, false, 2, -2));
        assertThat(violations()).isEmpty();

        receive("p:1", "t/a", 2, false, 2);
        assertFirst("a message of QoS 2 came twice");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasRoutedTwiceMayWaitTwiceForASubscriberAtQoS1(boolean isKilled) {
        subscribe("s", "late/#", 2);
        publish("p:1", "late/a", 1);
        promise("p:1");
        if (isKilled) {
            add(new Event.Killed(0));
        }
        now = now.plusSeconds(1);
        receive("p:1", "late/a", 1, false, 1);
        receive("p:1", "late/a", 1, false, 2);

        if (isKilled) {
            assertThat(violations()).isEmpty();
        } else {
            assertFirst("sent again with another packet id");
        }
    }

    @Test
    void aPacketIdUsedBeforeItsReleaseIsSeen() {
        publish("p:1", "t/a", 2);
        publish("p:2", "t/a", 2);
        receive("p:1", "t/a", 2, false, 1);
        receive("p:2", "t/a", 2, false, 1);

        assertFirst("its packet id still belongs to p:1");
    }

    @Test
    void aWrongQoSIsSeen() {
        publish("p:1", "t/a", 2);
        receive("p:1", "t/a", 1, false, 1);

        assertFirst("its QoS should be 2");
    }

    @Test
    void aSubscriptionThatWasNotPromisedOrWasGivenUpBindsNobody() {
        add(new Event.Subscribing("s", "u/#", 2));
        publish("p:1", "u/a", 1);
        promise("p:1");
        add(new Event.Subscribed("s", "u/#"));
        publish("p:2", "u/a", 1);
        promise("p:2");
        add(new Event.Unsubscribing("s", "u/#"));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aSubscriptionThatIsGoneMayNotGetWhatWasSentLater() {
        subscribe("s", "u/#", 2);
        add(new Event.Unsubscribing("s", "u/#"));
        publish("p:1", "u/a", 1);
        add(new Event.Unsubscribed("s", "u/#"));
        publish("p:2", "u/a", 1);
        receive("p:1", "u/a", 1, false, 1);
        assertThat(violations()).isEmpty();

        receive("p:2", "u/a", 1, false, 2);
        assertFirst("no subscription asks for it");
    }

    @Test
    void aSubscriptionMadeAgainBindsAgain() {
        subscribe("s", "u/#", 2);
        add(new Event.Unsubscribing("s", "u/#"));
        add(new Event.Unsubscribed("s", "u/#"));
        subscribe("s", "u/#", 2);
        publish("p:1", "u/a", 1);
        promise("p:1");

        assertFirst("lost: s has not received p:1");
    }

    @Test
    void aSessionThatIsNotThereIsSeen() {
        connect("s", false);

        assertFirst("the session is lost");
    }

    @Test
    void aSessionThatNobodyHasIsSeen() {
        connect("new", true);

        assertFirst("there should be no session");
    }

    @Test
    void aCleanStartHasNoSession() {
        add(new Event.Connecting("s", true, Integer.MAX_VALUE));
        add(new Event.Connected("s", true));

        assertFirst("there should be no session");
    }

    @Test
    void aFirstConnectWithoutAnAnswerMayHaveMadeASession() {
        add(new Event.Connecting("a", false, Integer.MAX_VALUE));
        connect("a", true);
        add(new Event.Connecting("b", false, Integer.MAX_VALUE));
        connect("b", false);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aSessionThatHasNotExpiredIsThere() {
        leave("a");
        now = now.plusSeconds(EXPIRY_SECONDS - 3);
        comeBack("a", false);

        assertFirst("the session is lost");
    }

    @Test
    void aSessionThatHasExpiredIsGone() {
        leave("a");
        now = now.plusSeconds(EXPIRY_SECONDS + 3);
        comeBack("a", true);

        assertFirst("there should be no session");
    }

    @Test
    void aSessionsClockMayHaveStartedWithTheBrokersNextStart() {
        leave("a");
        now = now.plusSeconds(50);
        add(new Event.Ready(1));
        now = now.plusSeconds(EXPIRY_SECONDS - 1);
        comeBack("a", true);
        assertThat(violations()).isEmpty();

        now = now.plusSeconds(1_000);
        leave("b");
        now = now.plusSeconds(50);
        add(new Event.Ready(2));
        add(new Event.Ready(3));
        now = now.plusSeconds(EXPIRY_SECONDS + 3);
        comeBack("b", true);
        assertFirst("there should be no session");
    }

    @Test
    void aConnectWithoutAnAnswerMayHaveCome() {
        for (boolean isPresent : new boolean[] {true, false}) {
            String client = isPresent ? "heard" : "unheard";
            leave(client);
            now = now.plusSeconds(EXPIRY_SECONDS - 1);
            connectInVain(client);
            now = now.plusSeconds(EXPIRY_SECONDS - 1);
            comeBack(client, isPresent);
        }

        assertThat(violations()).isEmpty();
    }

    @Test
    void aConnectWithoutAnAnswerMayHaveEndedTheSession() {
        add(new Event.Connecting("s", false, 0));
        add(new Event.Disconnected("s"));
        add(new Event.Connecting("s", false, 0));
        add(new Event.Connected("s", false));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aLostRetainedMessageIsSeen() {
        retain("r:1", "t/r", false);
        promise("r:1");
        add(new Event.RetainedRead("t/r", null, history.size()));

        assertFirst("neither the last retained value");
    }

    @Test
    void aReplacedRetainedMessageIsSeen() {
        retain("r:1", "t/r", false);
        promise("r:1");
        retain("r:2", "t/r", false);
        promise("r:2");
        add(new Event.RetainedRead("t/r", "r:1", history.size()));

        assertFirst("neither the last retained value");
    }

    @Test
    void aRetainedMessageOfQoS1ThatIsSentAgainMayReplaceALaterOneOfQoS2() {
        retain("r:1", "t/r", false);
        add(new Event.Published("r:2", "t/r", 2, true, false, -1));
        add(new Event.Killed(0));
        add(new Event.Resent("r:1"));
        add(new Event.Resent("r:2"));
        promise("r:1");
        promise("r:2");
        add(new Event.RetainedRead("t/r", "r:1", history.size()));
        assertThat(violations()).filteredOn(each -> !each.startsWith("lost")).isEmpty();

        retain("r:3", "t/r", false);
        promise("r:3");
        add(new Event.RetainedRead("t/r", "r:1", history.size()));
        assertThat(violations()).filteredOn(each -> !each.startsWith("lost")).hasSize(1);
    }

    @Test
    void aDeletedRetainedMessageIsSeen() {
        retain("r:1", "t/r", false);
        promise("r:1");
        retain("r:2", "t/r", true);
        promise("r:2");
        add(new Event.RetainedRead("t/r", "r:1", history.size()));

        assertFirst("neither the last retained value");
    }

    @Test
    void aRetainedMessageMayBeThePromisedOneOrALaterOne() {
        add(new Event.RetainedRead("t/r", null, history.size()));
        retain("r:1", "t/r", false);
        promise("r:1");
        retain("r:2", "t/r", true);
        retain("r:3", "t/r", false);
        add(new Event.RetainedRead("t/r", "r:1", history.size()));
        add(new Event.RetainedRead("t/r", null, history.size()));
        add(new Event.RetainedRead("t/r", "r:3", history.size()));

        assertThat(violations()).filteredOn(each -> !each.startsWith("lost")).isEmpty();
    }

    @Test
    void aWillThatIsDueAndDoesNotComeIsLost() {
        add(new Event.WillOffered("w:1", "t/w", 1));
        assertThat(violations()).isEmpty();

        add(new Event.WillStands("w:1"));
        assertFirst("lost: s has not received w:1 of QoS 1, a will");
    }

    @Test
    void aWillIsRoutedLongAfterItWasPromised() {
        add(new Event.WillOffered("w:1", "u/w", 1));
        add(new Event.WillStands("w:1"));
        subscribe("s", "u/#", 2);
        receive("w:1", "u/w", 1, false, 1);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aWillThatComesTwiceIsSeen() {
        add(new Event.WillOffered("w:1", "t/w", 1));
        add(new Event.WillStands("w:1"));
        receive("w:1", "t/w", 1, false, 1);
        receive("w:1", "t/w", 1, false, 2);

        assertFirst("sent again with another packet id");
    }

    @Test
    void aWillMayComeOnceMoreFromTheNextProcess() {
        add(new Event.WillOffered("w:1", "t/w", 2));
        add(new Event.WillStands("w:1"));
        receive("w:1", "t/w", 2, false, 1);
        add(new Event.Released("s", 1));
        add(new Event.Killed(0));
        receive("w:1", "t/w", 2, false, 2);

        assertThat(violations()).isEmpty();
    }

    @Test
    void aWillThatIsBeingCancelledMayComeAndOneThatWasMayNot() {
        add(new Event.WillOffered("w:1", "t/w", 1));
        add(new Event.WillStands("w:1"));
        add(new Event.WillWithdrawing("w:1"));
        assertThat(violations()).isEmpty();
        receive("w:1", "t/w", 1, false, 1);
        assertThat(violations()).isEmpty();

        add(new Event.WillCancelled("w:1"));
        assertFirst("the will was cancelled");
    }

    @Test
    void anExpiredMessageNeedNotComeAndMayNot() {
        expiring("p:1", 10);
        promise("p:1");
        now = now.plusSeconds(13);
        connect("s", true);
        assertThat(violations()).isEmpty();

        expired("p:1", 1);
        assertFirst("it had expired before the subscriber connected");
    }

    @Test
    void aMessageThatExpiresLateHasToCome() {
        expiring("p:1", 3_600);
        promise("p:1");

        assertFirst("lost: s has not received p:1");
    }

    @Test
    void anExpiryIsCountedDownButNotTooFast() {
        expiring("p:1", 3_600);
        now = now.plusSeconds(100);
        expired("p:1", 3_500);
        assertThat(violations()).isEmpty();

        expiring("p:2", 3_600);
        expired("p:2", 3_500);
        expiring("p:3", 3_600);
        expired("p:3", 3_601);
        expiring("p:4", 3_600);
        expired("p:4", -1);
        publish("p:5", "t/a", 1);
        expired("p:5", 3);
        assertThat(violations())
                .extracting(each -> each.substring(0, each.indexOf(": ")))
                .containsExactly(
                        "its expiry of 3600 s has run too fast",
                        "its expiry was 3600 s",
                        "its expiry was 3600 s",
                        "it has no expiry");
    }

    @Test
    void filtersCoverWhatTheStandardSays() {
        assertThat(TopicMatch.matches("a/+/#", "a/b")).isTrue();
        assertThat(TopicMatch.matches("a/+/#", "a/b/c/d")).isTrue();
        assertThat(TopicMatch.matches("a/+", "a/b/c")).isFalse();
        assertThat(TopicMatch.matches("a/b/c", "a/b")).isFalse();
        assertThat(TopicMatch.matches("#", "a")).isTrue();
    }

    @Test
    void aMessageWhoseRoutingWasBegunAgainHasAPlaceBehindTheOthers() {
        subscribe("one", "t/#", 1);
        connect("one", false);
        publish("p:1", "t/a", 2);
        publish("q:1", "t/a", 1);
        for (int life = 0; life < 3; life++) {
            if (life == 0) {
                add(new Event.Received("one", "p:1", "t/a", 1, false, false, 1, -2));
            }
            add(new Event.Received("one", "q:1", "t/a", 1, life > 0, false, 2, -2));
            if (life > 0) {
                add(new Event.Received("one", "p:1", "t/a", 1, life > 1, false, 7, -2));
            }
            add(new Event.Killed(life));
            connect("one", true);
        }

        assertThat(violations()).isEmpty();
    }

    @Test
    void anExpiredMessageThatWasPassedOverMayComeBetweenOthersThatAreSentAgain() {
        publish("q:1", "t/a", 1);
        expiring("p:1", 1);
        publish("p:2", "t/a", 1);
        receive("q:1", "t/a", 1, false, 1);
        receive("p:2", "t/a", 1, false, 3);
        add(new Event.Killed(0));
        for (int connection = 0; connection < 2; connection++) {
            connect("s", true);
            receive("q:1", "t/a", 1, true, 1);
            receive("p:1", "t/a", 1, true, 2);
            receive("p:2", "t/a", 1, true, 3);
        }
        assertThat(violations()).isEmpty();

        connect("s", true);
        receive("p:2", "t/a", 1, true, 3);
        receive("q:1", "t/a", 1, true, 1);
        assertFirst("sent again out of order");
    }

    @Test
    void aSharedMessageComesToOneMember() {
        member("a");
        member("b");
        publish("p:1", "u/a", 2);
        promise("p:1");
        assertFirst("lost: nobody of $share/g/u/# has received p:1");

        receiveAs("a", "p:1", 2, 1);
        assertThat(violations()).isEmpty();

        receiveAs("b", "p:1", 2, 1);
        assertFirst("a message of QoS 2 came to a too");
    }

    @Test
    void aSharedMessageComesToOneMemberAlsoWhenItChangesHandsRightBeforeACrash() {
        member("a");
        member("b");
        publish("p:1", "u/a", 2);
        promise("p:1");
        receiveAs("a", "p:1", 2, 1);
        add(new Event.Killed(1));

        receiveAs("b", "p:1", 2, 1);
        assertFirst("a message of QoS 2 came to a too");
    }

    @Test
    void aSharedMessageOfQoS1MayGoFromOneMemberToAnotherAndBack() {
        member("a");
        member("b");
        publish("p:1", "u/a", 1);
        promise("p:1");
        receiveAs("a", "p:1", 1, 1);
        receiveAs("b", "p:1", 1, 7);
        receiveAs("a", "p:1", 1, 2);

        assertThat(violations()).isEmpty();
    }

    /**
     * A member leaves p:1 to another, which leaves it to the first under a new packet id. The crash comes before the record of the
     * first packet id is gone, so both are sent again, each in its place.
     */
    @Test
    void aSharedMessageThatWasPassedOnAndBackMayComeAgainInBothItsPlaces() {
        member("a");
        member("b");
        publish("p:1", "u/a", 1);
        publish("p:2", "u/a", 1);
        receiveAs("a", "p:1", 1, 1);
        receiveAs("a", "p:2", 1, 2);
        receiveAs("b", "p:1", 1, 1);
        connect("a", true);
        receiveAs("a", "p:1", 1, 3);
        add(new Event.Killed(0));
        connect("a", true);
        receiveAgainAs("a", "p:1", 1);
        receiveAgainAs("a", "p:2", 2);
        receiveAgainAs("a", "p:1", 3);
        assertThat(violations()).isEmpty();

        connect("a", true);
        receiveAgainAs("a", "p:1", 3);
        receiveAgainAs("a", "p:2", 2);
        assertFirst("sent again out of order");
    }

    private void receiveAgainAs(String client, String message, int packetId) {
        add(new Event.Received(client, message, "u/a", 1, true, false, packetId, -2));
    }

    @Test
    void aDelayedMessageComesInItsTime() {
        subscribe("s", "late/#", 2);
        publish("p:1", "late/a", 1);
        promise("p:1");
        assertThat(Oracle.missing(history.entries())).hasSize(1);
        now = now.plusMillis(999);
        receive("p:1", "late/a", 1, false, 1);
        assertFirst("it was not due yet");
    }

    private void member(String client) {
        connect(client, false);
        subscribe(client, "$share/g/u/#", 2);
    }

    private void receiveAs(String client, String message, int qos, int packetId) {
        add(new Event.Received(client, message, "u/a", qos, false, false, packetId, -2));
    }

    private void connectInVain(String client) {
        add(new Event.Connecting(client, false, EXPIRY_SECONDS));
        add(new Event.Disconnected(client));
    }

    private void leave(String client) {
        add(new Event.Connecting(client, false, EXPIRY_SECONDS));
        add(new Event.Connected(client, false));
        add(new Event.Disconnected(client));
    }

    private void comeBack(String client, boolean isPresent) {
        add(new Event.Connecting(client, false, EXPIRY_SECONDS));
        add(new Event.Connected(client, isPresent));
    }

    private void connect(String client, boolean isPresent) {
        add(new Event.Connecting(client, false, Integer.MAX_VALUE));
        add(new Event.Connected(client, isPresent));
    }

    private void subscribe(String client, String filter, int qos) {
        add(new Event.Subscribing(client, filter, qos));
        add(new Event.Subscribed(client, filter));
    }

    private void publish(String message, String topic, int qos) {
        add(new Event.Published(message, topic, qos, false, false, -1));
    }

    private void expiring(String message, int expirySeconds) {
        add(new Event.Published(message, "t/a", 1, false, false, expirySeconds));
    }

    private void retain(String message, String topic, boolean isEmpty) {
        add(new Event.Published(message, topic, 1, true, isEmpty, -1));
    }

    private void promise(String message) {
        add(new Event.Promised(message));
    }

    private void receive(String message, String topic, int qos, boolean dup, int packetId) {
        add(new Event.Received("s", message, topic, qos, dup, false, packetId, -2));
    }

    private void expired(String message, int remainingSeconds) {
        add(new Event.Received("s", message, "t/a", 1, false, false, history.size(), remainingSeconds));
    }

    private void add(Event event) {
        history.add(now, event);
    }

    private List<String> violations() {
        return Oracle.violations(history.entries());
    }

    private void assertFirst(String start) {
        assertThat(violations()).first().asString().startsWith(start);
    }
}
