"""The ids of the 61 Trust Services Criteria (AICPA, 2017 with the revised points of focus of 2022); their texts stand in ``cloudsoc.criteria``."""

from enum import StrEnum


class Criterion(StrEnum):
    """One criterion, by the AICPA's own id: ``CC`` common (security), ``A`` availability, ``C`` confidentiality, ``PI`` processing integrity, ``P`` privacy."""

    CC1_1 = "CC1.1"
    CC1_2 = "CC1.2"
    CC1_3 = "CC1.3"
    CC1_4 = "CC1.4"
    CC1_5 = "CC1.5"
    CC2_1 = "CC2.1"
    CC2_2 = "CC2.2"
    CC2_3 = "CC2.3"
    CC3_1 = "CC3.1"
    CC3_2 = "CC3.2"
    CC3_3 = "CC3.3"
    CC3_4 = "CC3.4"
    CC4_1 = "CC4.1"
    CC4_2 = "CC4.2"
    CC5_1 = "CC5.1"
    CC5_2 = "CC5.2"
    CC5_3 = "CC5.3"
    CC6_1 = "CC6.1"
    CC6_2 = "CC6.2"
    CC6_3 = "CC6.3"
    CC6_4 = "CC6.4"
    CC6_5 = "CC6.5"
    CC6_6 = "CC6.6"
    CC6_7 = "CC6.7"
    CC6_8 = "CC6.8"
    CC7_1 = "CC7.1"
    CC7_2 = "CC7.2"
    CC7_3 = "CC7.3"
    CC7_4 = "CC7.4"
    CC7_5 = "CC7.5"
    CC8_1 = "CC8.1"
    CC9_1 = "CC9.1"
    CC9_2 = "CC9.2"
    A1_1 = "A1.1"
    A1_2 = "A1.2"
    A1_3 = "A1.3"
    C1_1 = "C1.1"
    C1_2 = "C1.2"
    PI1_1 = "PI1.1"
    PI1_2 = "PI1.2"
    PI1_3 = "PI1.3"
    PI1_4 = "PI1.4"
    PI1_5 = "PI1.5"
    P1_1 = "P1.1"
    P2_1 = "P2.1"
    P3_1 = "P3.1"
    P3_2 = "P3.2"
    P4_1 = "P4.1"
    P4_2 = "P4.2"
    P4_3 = "P4.3"
    P5_1 = "P5.1"
    P5_2 = "P5.2"
    P6_1 = "P6.1"
    P6_2 = "P6.2"
    P6_3 = "P6.3"
    P6_4 = "P6.4"
    P6_5 = "P6.5"
    P6_6 = "P6.6"
    P6_7 = "P6.7"
    P7_1 = "P7.1"
    P8_1 = "P8.1"


# For check modules: ``from cloudsoc.model.criterion import CC6_1``. Unpacked in the order above, so that neither list can drift from the other unseen.
(CC1_1, CC1_2, CC1_3, CC1_4, CC1_5) = tuple(Criterion)[:5]
(CC2_1, CC2_2, CC2_3, CC3_1, CC3_2, CC3_3, CC3_4, CC4_1, CC4_2, CC5_1, CC5_2, CC5_3) = tuple(Criterion)[5:17]
(CC6_1, CC6_2, CC6_3, CC6_4, CC6_5, CC6_6, CC6_7, CC6_8) = tuple(Criterion)[17:25]
(CC7_1, CC7_2, CC7_3, CC7_4, CC7_5, CC8_1, CC9_1, CC9_2) = tuple(Criterion)[25:33]
(A1_1, A1_2, A1_3, C1_1, C1_2, PI1_1, PI1_2, PI1_3, PI1_4, PI1_5) = tuple(Criterion)[33:43]
(P1_1, P2_1, P3_1, P3_2, P4_1, P4_2, P4_3, P5_1, P5_2) = tuple(Criterion)[43:52]
(P6_1, P6_2, P6_3, P6_4, P6_5, P6_6, P6_7, P7_1, P8_1) = tuple(Criterion)[52:]
