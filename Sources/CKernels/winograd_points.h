// The points at which Winograd's convolutions evaluate polynomials: pairs +p and -p, infinity and,
// where the number of points is even, 0. Kernels/Convolution/Winograd/WinogradTransform.swift says
// why these.

#ifndef CK_WINOGRAD_POINTS_H
#define CK_WINOGRAD_POINTS_H

#include "vectors.h"

// What the maps need to know of a set of points, its pairs in order.
typedef struct {
  // The powers 0, 1, ... of each p.
  float power[3][5];
  // The coefficients of t^0, t^2, ... of Q(t), the product of (t^2 - p^2) over all pairs.
  float all[4];
  // The same of the product over all pairs but each.
  float but[3][3];
  // One over the product of the differences of a point from all other finite points: of 0, and of
  // each +p. That of -p is the same in sets with 0, and minus it in the others.
  float zero_share;
  float share[3];
} ck_points;

// A point's powers, its square, and the difference of the squares of two.
#define W_POWERS(P) {1, P, (P) * (P), (P) * (P) * (P), (P) * (P) * (P) * (P)}
#define W_SQUARE(P) ((P) * (P))
#define W_LESS(P, Q) (W_SQUARE(P) - W_SQUARE(Q))
// Coefficients of (t^2 - p^2) and of (t^2 - p^2) (t^2 - q^2).
#define W_ONE_PAIR(P) {-W_SQUARE(P), 1}
#define W_TWO_PAIRS(P, Q) {W_SQUARE(P) * W_SQUARE(Q), -(W_SQUARE(P) + W_SQUARE(Q)), 1}

// 0, +-1, infinity.
#define W_A 1.0
static const ck_points points_4 = {
    .power = {W_POWERS(W_A)},
    .all = W_ONE_PAIR(W_A),
    .but = {{1}},
    .zero_share = -1 / W_SQUARE(W_A),
    .share = {1 / (2 * W_SQUARE(W_A))},
};
#undef W_A

// +-3/8, +-5/4, infinity.
#define W_A (3.0 / 8)
#define W_B (5.0 / 4)
static const ck_points points_5 = {
    .power = {W_POWERS(W_A), W_POWERS(W_B)},
    .all = W_TWO_PAIRS(W_A, W_B),
    .but = {W_ONE_PAIR(W_B), W_ONE_PAIR(W_A)},
    .share = {1 / (2 * W_A * W_LESS(W_A, W_B)), 1 / (2 * W_B * W_LESS(W_B, W_A))},
};
#undef W_A
#undef W_B

// 0, +-5/8, +-3/2, infinity.
#define W_A (5.0 / 8)
#define W_B (3.0 / 2)
static const ck_points points_6 = {
    .power = {W_POWERS(W_A), W_POWERS(W_B)},
    .all = W_TWO_PAIRS(W_A, W_B),
    .but = {W_ONE_PAIR(W_B), W_ONE_PAIR(W_A)},
    .zero_share = 1 / (W_SQUARE(W_A) * W_SQUARE(W_B)),
    .share = {1 / (2 * W_SQUARE(W_A) * W_LESS(W_A, W_B)),
              1 / (2 * W_SQUARE(W_B) * W_LESS(W_B, W_A))},
};
#undef W_A
#undef W_B

// +-9/32, +-7/8, +-7/4, infinity.
#define W_A (9.0 / 32)
#define W_B (7.0 / 8)
#define W_C (7.0 / 4)
static const ck_points points_7 = {
    .power = {W_POWERS(W_A), W_POWERS(W_B), W_POWERS(W_C)},
    .all = {-W_SQUARE(W_A) * W_SQUARE(W_B) * W_SQUARE(W_C),
            W_SQUARE(W_A) * W_SQUARE(W_B) + W_SQUARE(W_A) * W_SQUARE(W_C) +
                W_SQUARE(W_B) * W_SQUARE(W_C),
            -(W_SQUARE(W_A) + W_SQUARE(W_B) + W_SQUARE(W_C)), 1},
    .but = {W_TWO_PAIRS(W_B, W_C), W_TWO_PAIRS(W_A, W_C), W_TWO_PAIRS(W_A, W_B)},
    .share = {1 / (2 * W_A * W_LESS(W_A, W_B) * W_LESS(W_A, W_C)),
              1 / (2 * W_B * W_LESS(W_B, W_A) * W_LESS(W_B, W_C)),
              1 / (2 * W_C * W_LESS(W_C, W_A) * W_LESS(W_C, W_B))},
};
#undef W_A
#undef W_B
#undef W_C

// Most elements of a tile along an axis.
enum { W_MAX_POINTS = 7 };

// A side of two pixels with zeros around them: no polynomials but three products, so the set is
// empty.
enum { W_PAIR = 3 };
static const ck_points points_3 = {0};

// Of n points: whether 0 is one of them, and how many pairs there are.
CK_INLINE int has_zero(int n) { return n % 2 == 0; }
CK_INLINE int pairs_of(int n) { return (n - 1) / 2; }

#endif
