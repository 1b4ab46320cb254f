#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# prepare.sh TREE WORK: what git cannot hold of the clean host (modes) and what must be signed in place (its baseline).
set -euo pipefail
tree=$1 work=$2
exchange=$tree/var/lib/redoubt/exchange
mkdir -p "$tree"/{tmp,var/tmp,mnt/elsewhere,root,opt}
chmod 700 "$exchange/backup" "$tree/mnt/backup1" "$tree/mnt/backup2" "$exchange/keys" "$exchange/history"
chmod 400 "$exchange"/keys/*
chmod 600 "$exchange"/history/*
chmod 2750 "$exchange/journal" && chmod 640 "$exchange"/journal/*
chown -R 991:995 "$exchange/journal"
chmod 755 "$tree"/usr/{sbin,bin}/* "$tree/usr/lib/systemd/systemd" "$tree"/usr/libexec/redoubt/*
[ -f "$work/baseline.key" ] || "$REDOUBT_TOOL" host baseline keygen "$work/baseline.key" 2>/dev/null
cp "$work/baseline.key.pub" "$tree/etc/redoubt/baseline.pub"
"$REDOUBT_TOOL" host baseline make --root "$tree" --first --out "$work/baseline.draft" >/dev/null
"$REDOUBT_TOOL" host baseline sign "$work/baseline.draft" --key "$work/baseline.key" --out "$tree/var/lib/redoubt/host.baseline" \
	--copy "$tree/mnt/elsewhere/host.baseline" >/dev/null
