package org.medtune.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A queue in which users take turns, each of them with what he put in first: one with many requests does not keep the
 * others waiting. Not safe for use by several threads.
 */
final class FairQueue<T> {

    /** The users who wait, the one whose turn it is first. */
    private final Map<String, Deque<T>> byUser = new LinkedHashMap<>();

    void add(String user, T element) {
        byUser.computeIfAbsent(user, key -> new ArrayDeque<>()).add(element);
    }

    int size() {
        return byUser.values().stream().mapToInt(Deque::size).sum();
    }

    /** Takes the next one out. */
    Optional<T> poll() {
        Iterator<Map.Entry<String, Deque<T>>> users = byUser.entrySet().iterator();
        if (!users.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<String, Deque<T>> first = users.next();
        String user = first.getKey();
        Deque<T> own = first.getValue();
        T element = own.poll();
        users.remove();
        if (!own.isEmpty()) {
            byUser.put(user, own);
        }
        return Optional.of(element);
    }

    /** Takes one out; false if it is not there. */
    boolean remove(String user, T element) {
        Deque<T> own = byUser.get(user);
        if (own == null || !own.remove(element)) {
            return false;
        }
        if (own.isEmpty()) {
            byUser.remove(user);
        }
        return true;
    }

    /** How many come out before one that is in the queue; 0 for one that is not. */
    int position(String user, T element) {
        Deque<T> own = byUser.get(user);
        int turn = own == null ? -1 : new ArrayList<>(own).indexOf(element);
        if (turn < 0) {
            return 0;
        }
        int before = 0;
        boolean earlier = true;
        for (Map.Entry<String, Deque<T>> other : byUser.entrySet()) {
            if (other.getKey().equals(user)) {
                earlier = false;
                before += turn;
            } else {
                before += Math.min(other.getValue().size(), earlier ? turn + 1 : turn);
            }
        }
        return before;
    }

    /** Takes all out. */
    List<T> drain() {
        List<T> all = new ArrayList<>();
        for (Optional<T> next = poll(); next.isPresent(); next = poll()) {
            all.add(next.get());
        }
        return all;
    }
}
