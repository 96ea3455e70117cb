package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Decides which rows are kept from training for evaluation, by a hash of the question alone. So the split survives any
 * reordering, adding and removing of rows, and two copies of a question are always on the same side.
 *
 * <p>A question is held out if the first eight bytes of SHA-256 of its normal form, as an unsigned big-endian number,
 * are below {@code share} x 2^64. The normal form is Unicode NFKC in lower case, each run of blanks one space, none at
 * the ends, in UTF-8.
 *
 * @param share the expected share of held-out rows
 */
public record HeldOutSplit(double share) {

    private static final BigDecimal RANGE = new BigDecimal(BigInteger.ONE.shiftLeft(Long.SIZE));
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

    /**
     * @throws org.medtune.InvalidInputException if the share is not in [0, 1)
     */
    public HeldOutSplit {
        if (!(share >= 0 && share < 1)) {
            throw MESSAGES.invalidHeldOutShare(share);
        }
    }

    /** Whether a question is held out of training. */
    public boolean isHeldOut(String question) {
        byte[] hash = Sha256.newDigest().digest(normalForm(question).getBytes(StandardCharsets.UTF_8));
        long threshold = new BigDecimal(share).multiply(RANGE).toBigInteger().longValue();
        return Long.compareUnsigned(ByteBuffer.wrap(hash).getLong(), threshold) < 0;
    }

    private static String normalForm(String question) {
        String compatible = Normalizer.normalize(question, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return BLANKS.matcher(compatible).replaceAll(" ").strip();
    }
}
