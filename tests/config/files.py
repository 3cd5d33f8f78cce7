"""Files of settings that are right, and files that are not, with what is said of them."""

from __future__ import annotations

ROTATION = "kms-key-rotation-enabled"

GOOD = {
    "empty": "",
    "all of it": f"""
[[scope.exclude]]
regions = ["ap-*", "sa-east-1"]
reason = "denied by a policy of the organization"

[[scope.exclude]]
all_regions_but = ["eu-west-1"]
accounts = ["111122223333"]
reason = "a sandbox"

[[scope.exclude]]
tags = {{ Environment = ["sandbox", "dev-*"], "Cost Center" = ["*"] }}
reason = "no customer data"

[select]
checks = ["kms-*", "iam-*"]
criteria = ["CC6.1", "A1.2"]
categories = ["security", "processing-integrity"]
severity = "medium"
profile = "extended"

[scan]
deadline = "1.5h"
max_rate = 5

[settings]
trusted_accounts = ["444455556666"]

[checks.{ROTATION}]
max_rotation_days = 90
""",
    "dotted and inline": f"""
scope = {{ exclude = [{{ accounts = ["111122223333"], reason = "a sandbox" }}] }}
select.severity = "low"
checks.{ROTATION} = {{ max_rotation_days = 1 }}
settings."classification_tag" = "Class"
""",
    "tables of nothing": "[scope]\n[select]\n[settings]\n[checks]\n",
}

BAD = {
    "a table that is none": ("[setings]", 1, "setings: there is no such key; did you mean settings?"),
    "a key of scope": ('\n[scope]\nexlude = ["ap-*"]', 3, "scope.exlude: there is no such key; did you mean exclude?"),
    "no reason": ('[[scope.exclude]]\nregions = ["ap-*"]', 1, "scope.exclude.0.reason: it is missing"),
    "a blank reason": ('[[scope.exclude]]\nregions = ["ap-*"]\nreason = " "', 3, "scope.exclude.0.reason: say why"),
    "a date for a reason": ('[[scope.exclude]]\nregions = ["ap-*"]\nreason = 2026-01-01', 3, "scope.exclude.0.reason: a date or time"),
    "nothing excluded": ('[[scope.exclude]]\nreason = "why not"', 1, "scope.exclude.0: it says not what"),
    "two kinds of regions": ('[[scope.exclude]]\nregions = ["a"]\nall_regions_but = ["b"]\nreason = "x"', 1, "scope.exclude.0: regions and all_regions_but"),
    "one text for a list": ('[[scope.exclude]]\nregions = "ap-*"\nreason = "x"', 2, 'scope.exclude.0.regions: a list is wanted, as ["ap-*"]'),
    "a list of nothing": ('[[scope.exclude]]\naccounts = []\nreason = "x"', 2, "scope.exclude.0.accounts: "),
    "a pattern of nothing": ('[[scope.exclude]]\nregions = [\n  "eu-*",\n  "",\n]\nreason = "x"', 4, "scope.exclude.0.regions.1: "),
    "no account id": ('[[scope.exclude]]\naccounts = ["prod"]\nreason = "x"', 2, "scope.exclude.0.accounts.0: "),
    "a tag without a list": ('[[scope.exclude]]\nreason = "x"\ntags.Environment = "sandbox"', 3, "scope.exclude.0.tags.Environment: "),
    "the second of two": ('[[scope.exclude]]\nregions = ["a"]\nreason = "x"\n[[scope.exclude]]\nregions = ["a"]', 4, "scope.exclude.1.reason: it is missing"),
    "a severity": ('[select]\nseverity = "hihg"', 2, "select.severity: 'hihg' is none of low, medium, high, critical"),
    "a criterion": ('[select]\ncriteria = [\n"CC6.1",\n"CC6.11"]', 4, "select.criteria.1: there is no 'CC6.11'; did you mean CC6.1?"),
    "a profile": ('[select]\nprofile = "all"', 2, "select.profile: 'all' is none of core, extended"),
    "a deadline": ('[scan]\ndeadline = "soon"', 2, "scan.deadline: "),
    "a deadline of nothing": ('[scan]\ndeadline = "0s"', 2, "scan.deadline: '0s' is no duration above zero"),
    "a rate": ("[scan]\nmax_rate = 0", 2, "scan.max_rate: Input should be greater than 0"),
    "a shared setting": ("[settings]\ntrusted_acounts = []", 2, "settings.trusted_acounts: there is no such setting; did you mean trusted_accounts?"),
    "a shared setting's type": ('[settings]\ntrusted_accounts = [\n"1",\n2]', 4, "settings.trusted_accounts.1: Input should be a valid string, not 2"),
    "a sample of nothing": ("[settings]\nsample_size = 0", 2, "settings.sample_size: Input should be greater than 0, not 0"),
    "a check's setting as shared": (
        "[settings]\nmax_rotation_days = 3",
        2,
        f"settings.max_rotation_days: it is a setting of {ROTATION}, not one that is shared",
    ),
    "a check under settings": (f"[settings]\n{ROTATION}.max_rotation_days = 3", 2, f"its settings are under [checks.{ROTATION}]"),
    "a check": ("[checks.kms-key-rotation-enable]", 1, "checks.kms-key-rotation-enable: there is no such check; did you mean kms-key-rotation-enabled?"),
    "a check's setting": (f"[checks.{ROTATION}]\nmax_rotation_day = 1", 2, "there is no such setting; did you mean max_rotation_days?"),
    "a check's setting's type": (f'[checks]\n{ROTATION}.max_rotation_days = "1"', 2, 'max_rotation_days: Input should be a valid integer, not "1"'),
    "yes for a number": (f"[checks]\n{ROTATION}.max_rotation_days = true", 2, "max_rotation_days: Input should be a valid integer, not true"),
    "a float for a number": (f"[checks]\n{ROTATION}.max_rotation_days = 1.5", 2, "max_rotation_days: Input should be a valid integer"),
    "no number": (f"[checks]\n{ROTATION}.max_rotation_days = nan", 2, "max_rotation_days: neither infinity nor nan"),
    "a date for a number": (f"[checks]\n{ROTATION}.max_rotation_days = 2026-01-01", 2, "max_rotation_days: a value of type date is no setting"),
    "a check that is a number": (f"[checks]\n{ROTATION} = 1", 2, f"checks.{ROTATION}: "),
    "a list for a table": ("\nsettings = []", 2, "settings: "),
}
